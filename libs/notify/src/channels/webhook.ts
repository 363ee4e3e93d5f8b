import type { Channel, OutboundRequest } from '../channel.js';
import type { Notification } from '../notification.js';
import { signWebhook } from '../signature.js';

/** JSON with Standard Webhooks headers. Everything but success is tried again; 410 disables. */
export const webhook: Channel = {
  id: 'webhook',
  title: 'Webhook',
  secret: { name: 'Signing secret (base64)', required: false },
  defaultUrl: null,
  renewEveryMs: null,
  retries: (status) => status !== 410,
  compose(notification, target, now): OutboundRequest | null {
    if (notification.type === 'incident' && notification.kind === 'renewed') return null;
    const body = JSON.stringify(envelope(notification));
    const timestamp = Math.floor(now / 1000);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'webhook-id': notification.id,
      'webhook-timestamp': String(timestamp),
    };
    if (target.secrets.length > 0) {
      headers['webhook-signature'] = signWebhook(target.secrets, notification.id, timestamp, body);
    }
    return { url: target.url, headers, body };
  },
};

function envelope(notification: Notification): object {
  const { at: timestamp, project } = notification;
  switch (notification.type) {
    case 'incident':
      return { type: `incident.${notification.kind}`, timestamp, data: { ...notification.incident, project } };
    case 'change':
      return { type: 'change.declared', timestamp, data: { ...notification.change, project } };
    case 'budget':
      return { type: 'budget.crossed', timestamp, data: { ...notification.budget, project } };
    case 'test':
      return { type: 'channel.test', timestamp, data: { channel: notification.channelName, project } };
  }
}
