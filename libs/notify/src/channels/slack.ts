import { type Channel, type OutboundRequest, retriesOnServerFault } from '../channel.js';
import {
  budgetLine,
  facts,
  headline,
  type IncidentNotification,
  type Notification,
  type NotificationKind,
} from '../notification.js';

/** An incoming webhook cannot edit what it sent: only the turns that matter are told. */
const told: readonly NotificationKind[] = [
  'opened',
  'severity_raised',
  'reopened',
  'resolved',
  'escalated',
  'split',
  'budget_crossed',
  'digest',
];

export const slack: Channel = {
  id: 'slack',
  title: 'Slack',
  secret: null,
  defaultUrl: null,
  renewEveryMs: null,
  retries: retriesOnServerFault,
  compose(notification, target): OutboundRequest | null {
    const message = messageFor(notification);
    if (message === null) return null;
    return { url: target.url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) };
  },
};

function messageFor(notification: Notification): object | null {
  if (notification.type === 'test') {
    return { text: escape(`Plimsoll test: ${notification.project.name} can reach ${notification.channelName}.`) };
  }
  if (notification.type === 'change') return { text: escape(`Change: ${notification.change.title}`) };
  if (notification.type === 'budget') return { text: escape(budgetLine(notification.budget)) };
  return told.includes(notification.kind) ? incidentMessage(notification) : null;
}

function incidentMessage(notification: IncidentNotification): object {
  const { incident } = notification;
  const text = escape(headline(notification));
  const detail = facts(incident).map(escape).join('\n');
  const blocks: object[] = [{ type: 'section', text: { type: 'mrkdwn', text: `*${clip(text, 2900)}*` } }];
  if (detail !== '') blocks.push({ type: 'section', text: { type: 'mrkdwn', text: clip(detail, 2900) } });
  blocks.push({
    type: 'context',
    elements: [{ type: 'mrkdwn', text: clip(escape(`${notification.project.name} | ${incident.objective}`), 2900) }],
  });
  if (incident.url !== null) {
    const button = { type: 'button', text: { type: 'plain_text', text: 'Open incident' }, url: incident.url };
    blocks.push({ type: 'actions', elements: [button] });
  }
  return { text, blocks };
}

/** The three characters that Slack's mark-up reserves. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const clip = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 3)}...` : text;
