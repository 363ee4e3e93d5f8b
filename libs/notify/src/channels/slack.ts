import {
  type Answer,
  type Channel,
  type ChannelTarget,
  type OutboundRequest,
  retriesOnServerFault,
} from '../channel.js';
import {
  type BudgetNotification,
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

/**
 * Two ways. An incoming webhook (its address is the secret) gets a message a turn. The Web API, `https://slack.com/api?channel=C0123456789`
 * with a bot token (scope `chat:write`), keeps one message an incident, which is edited to how things stand, with the turns
 * in its thread.
 */
export const slack: Channel = {
  id: 'slack',
  title: 'Slack',
  secret: { name: 'Bot token', required: false },
  defaultUrl: null,
  renewEveryMs: null,
  paceMs: 1000,
  retries: retriesOnServerFault,
  secretProblem: (url) => (threadOf(url) === null ? null : 'an address with channel= needs a bot token'),
  compose(notification, target): OutboundRequest | null {
    const thread = threadOf(target.url);
    const message = messageFor(notification);
    if (message === null) return null;
    return thread === null
      ? { url: target.url, headers: json, body: JSON.stringify(message) }
      : call(thread, target, 'chat.postMessage', { channel: thread.channel, ...message });
  },
  follow(notification, target, receipt) {
    const thread = threadOf(target.url);
    if (thread === null || notification.type !== 'incident') return null;
    if (notification.kind === 'renewed') return [];
    const [channel = thread.channel, ts = ''] = receipt.split(' ');
    const line = { channel, thread_ts: ts, text: escape(turnLine(notification)) };
    return [
      // Also how things stand now, when it is sent once more.
      call(thread, target, 'chat.update', { channel, ts, ...incidentMessage(notification) }),
      call(thread, target, 'chat.postMessage', line),
    ];
  },
  readAnswer,
};

const json = { 'content-type': 'application/json' };

interface Thread {
  /** `https://slack.com/api` */
  readonly api: string;
  readonly channel: string;
}

/** Where the Web API is meant; null for an incoming webhook. */
function threadOf(url: string): Thread | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname, searchParams } = new URL(url);
  const channel = searchParams.get('channel');
  return channel === null || channel === '' ? null : { api: `${origin}${pathname.replace(/\/+$/, '')}`, channel };
}

function call({ api }: Thread, target: ChannelTarget, method: string, body: object): OutboundRequest {
  const authorization = `Bearer ${target.secrets[0] ?? ''}`;
  // The Web API reads JSON only with its character set said.
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization };
  return { url: `${api}/${method}`, headers, body: JSON.stringify(body) };
}

/** Faults of Slack's own; everything else would be refused again. */
const passing: readonly string[] = [
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
];
/** The first message was deleted, or looks as it should: what follows is told all the same. */
const harmless: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed'];

/** The Web API answers 200 whatever happens and says in the body how it went; an incoming webhook says `ok`. */
function readAnswer(body: string): Answer {
  const text = (name: string): string | null => new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`).exec(body)?.[1] ?? null;
  if (/"ok"\s*:\s*false/.test(body)) {
    const error = text('error') ?? 'refused without a reason';
    if (harmless.includes(error)) return { receipt: null, error: null, again: false };
    return { receipt: null, error: `Slack says ${error}`, again: passing.includes(error) };
  }
  const [channel, ts] = [text('channel'), text('ts')];
  return { receipt: channel === null || ts === null ? null : `${channel} ${ts}`, error: null, again: false };
}

/** One line of the thread: what happened, in words. */
function turnLine({ kind, incident }: IncidentNotification): string {
  const words: Record<NotificationKind, string> = {
    opened: 'Opened',
    severity_raised: `Raised to ${incident.severity}`,
    reopened: 'Open again',
    acknowledged: `Acknowledged by ${incident.acknowledgedBy ?? 'somebody'}`,
    resolved: incident.state === 'merged' ? 'Goes on in another incident' : 'Resolved',
    escalated: 'Escalated: nobody has acknowledged it',
    split: 'Taken out of the incident that it was merged into',
    budget_crossed: 'Error budget',
    renewed: 'Still open',
    digest: 'Still flapping',
  };
  const left =
    incident.budgetRemaining === null
      ? ''
      : `, ${(incident.budgetRemaining * 100).toFixed(1)} % of the error budget left`;
  return [`${words[kind]}${left}`, ...incident.whyFired].join('\n');
}

function messageFor(notification: Notification): object | null {
  if (notification.type === 'test') {
    return { text: escape(`Plimsoll test: ${notification.project.name} can reach ${notification.channelName}.`) };
  }
  if (notification.type === 'change') return { text: escape(`Change: ${notification.change.title}`) };
  if (notification.type === 'budget') return budgetMessage(notification.budget);
  return told.includes(notification.kind) ? incidentMessage(notification) : null;
}

function budgetMessage({ text, url }: BudgetNotification['budget']): object {
  const blocks: object[] = [{ type: 'section', text: { type: 'mrkdwn', text: clip(escape(text), 2900) } }];
  if (url !== null) blocks.push(buttonTo('Open costs', url));
  return { text: escape(text), blocks };
}

const buttonTo = (label: string, url: string): object => ({
  type: 'actions',
  elements: [{ type: 'button', text: { type: 'plain_text', text: label }, url }],
});

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
  if (incident.url !== null) blocks.push(buttonTo('Open incident', incident.url));
  return { text, blocks };
}

/** The three characters that Slack's mark-up reserves. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const clip = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 3)}...` : text;
