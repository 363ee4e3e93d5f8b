import { type Channel, type ChannelTarget, type OutboundRequest, retriesOnServerFault } from '../channel.js';
import {
  type BudgetNotification,
  type ChangeNotification,
  headline,
  type IncidentNotification,
  type NotificationKind,
  type TestNotification,
} from '../notification.js';

const enqueue = 'https://events.pagerduty.com/v2/enqueue';
/** Largest event that the Events API v2 takes, bytes. */
const largestEvent = 512_000;
/** Longest summary, code points. */
const longestSummary = 1024;

const actions: Partial<Record<NotificationKind, 'trigger' | 'acknowledge' | 'resolve'>> = {
  opened: 'trigger',
  severity_raised: 'trigger',
  reopened: 'trigger',
  escalated: 'trigger',
  split: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
};

/** Events API v2. The secret is the routing key; changes, money budgets and tests go to the change endpoint, which pages nobody. */
export const pagerduty: Channel = {
  id: 'pagerduty',
  title: 'PagerDuty',
  secret: { name: 'Routing key', required: true },
  defaultUrl: enqueue,
  renewEveryMs: null,
  retries: retriesOnServerFault,
  compose(notification, target): OutboundRequest | null {
    if (notification.type !== 'incident') return changeRequest(notification, target);
    const action = actions[notification.kind];
    return action === undefined ? null : request(target.url || enqueue, incidentEvent(notification, action, target));
  },
};

function incidentEvent(notification: IncidentNotification, action: string, target: ChannelTarget): object {
  const { incident, project } = notification;
  const dedup = { routing_key: target.secrets[0] ?? '', event_action: action, dedup_key: incident.dedupKey };
  if (action !== 'trigger') return dedup;
  const payload = {
    summary: clipRunes(headline(notification), longestSummary),
    source: incident.feature ?? project.name,
    severity: incident.severity === 'page' ? 'critical' : 'warning',
    timestamp: incident.openedAt,
    component: incident.objective,
    group: incident.environment ?? project.name,
    class: incident.sliKind,
  };
  const links = incident.url === null ? [] : [{ href: incident.url, text: incident.reference }];
  const whole = { ...dedup, client: 'Plimsoll', links, payload: { ...payload, custom_details: incident } };
  const tooLarge = Buffer.byteLength(JSON.stringify(whole)) > largestEvent;
  return tooLarge ? { ...dedup, client: 'Plimsoll', links, payload } : whole;
}

type Quiet = ChangeNotification | BudgetNotification | TestNotification;

interface Summary {
  readonly change: string;
  readonly link: { readonly href: string; readonly text: string } | null;
  readonly details: object;
}

const linkTo = (href: string | null, text: string): Summary['link'] => (href === null ? null : { href, text });

function summaryOf(notification: Quiet): Summary {
  switch (notification.type) {
    case 'change': {
      const { title, link } = notification.change;
      return { change: title, link: linkTo(link, 'Change'), details: notification.change };
    }
    case 'budget': {
      const { text, url } = notification.budget;
      return { change: text, link: linkTo(url, 'Costs'), details: notification.budget };
    }
    case 'test':
      return {
        change: `Plimsoll test: ${notification.project.name} can reach ${notification.channelName}`,
        link: null,
        details: {},
      };
  }
}

function changeRequest(notification: Quiet, target: ChannelTarget): OutboundRequest {
  const { change, link, details } = summaryOf(notification);
  const payload = {
    summary: clipRunes(change, longestSummary),
    source: notification.project.name,
    timestamp: notification.at,
    custom_details: details,
  };
  const links = link === null ? [] : [link];
  const url = (target.url || enqueue).replace(/\/v2\/enqueue$/, '/v2/change/enqueue');
  return request(url, { routing_key: target.secrets[0] ?? '', payload, links });
}

const request = (url: string, event: object): OutboundRequest => ({
  url,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(event),
});

const clipRunes = (text: string, length: number): string => {
  const runes = Array.from(text);
  return runes.length > length ? `${runes.slice(0, length - 3).join('')}...` : text;
};
