import { describe, expect, it } from 'vitest';
import type { ChannelTarget } from '../channel.js';
import type { BudgetNotification, IncidentNotification, Notification, NotificationKind } from '../notification.js';
import { verifyWebhook } from '../signature.js';
import { channels, channelOf } from './index.js';

const now = Date.UTC(2026, 10, 1, 12);
const target: ChannelTarget = { url: 'https://hooks.example.com/x', secrets: ['c2VjcmV0'] };
const project = { id: 'p1', name: 'shop' };

function incident(kind: NotificationKind, part: Partial<IncidentNotification['incident']> = {}): IncidentNotification {
  return {
    type: 'incident',
    id: 'msg_1',
    at: '2026-11-01T11:59:00.000Z',
    project,
    kind,
    incident: {
      id: 'i1',
      reference: 'INC-204',
      dedupKey: 'abc',
      severity: 'page',
      state: 'triggered',
      title: 'support-answer quality 0.73 is below its target 0.90',
      objective: 'support-answer-quality',
      sliKind: 'quality',
      group: { 'cloud.region': 'eu' },
      feature: 'support-answer',
      environment: null,
      burnRate: 19.4,
      budgetRemaining: -0.12,
      openedAt: '2026-11-01T11:50:00.000Z',
      onsetAt: null,
      resolvedAt: null,
      acknowledgedBy: null,
      topSuspect: { title: 'prompt v41 to v42 <b>', band: 'strong' },
      whyFired: [],
      url: 'https://plimsoll.example.com/incidents/i1',
      ...part,
    },
  };
}

const change: Notification = {
  type: 'change',
  id: 'msg_2',
  at: '2026-11-01T11:00:00.000Z',
  project,
  change: { id: 'c', kind: 'prompt', title: 'prompt v42', feature: null, from: 'v41', to: 'v42', link: null },
};
const test: Notification = { type: 'test', id: 'msg_3', at: '2026-11-01T11:00:00.000Z', project, channelName: 'ops' };

function composed(
  id: string,
  notification: Notification,
): { url: string; body: unknown; headers: Record<string, string> } {
  const request = channelOf(id)?.compose(notification, target, now);
  if (request === null || request === undefined) throw new Error(`${id} does not tell this`);
  return { url: request.url, headers: { ...request.headers }, body: JSON.parse(request.body) as unknown };
}

describe.each(channels.map((channel) => [channel.id, channel] as const))('channel %s', (_id, channel) => {
  it('has an id of its own and tells the opening and the end', () => {
    expect(channels.filter(({ id }) => id === channel.id)).toHaveLength(1);
    expect(channel.compose(incident('opened'), target, now)).not.toBeNull();
    expect(channel.compose(incident('resolved'), target, now)).not.toBeNull();
    expect(channel.compose(test, target, now)).not.toBeNull();
  });

  it('composes the same request for the same instant, as JSON, and leaks no secret into the body of others', () => {
    const [first, second] = [
      channel.compose(incident('opened'), target, now),
      channel.compose(incident('opened'), target, now),
    ];
    expect(first).toEqual(second);
    expect(() => JSON.parse(first?.body ?? '') as unknown).not.toThrow();
    if (channel.id !== 'pagerduty') expect(first?.body).not.toContain('c2VjcmV0');
  });

  it('tries again on 429 and 5xx, never after 410', () => {
    expect(channel.retries(429)).toBe(true);
    expect(channel.retries(503)).toBe(true);
    expect(channel.retries(410)).toBe(false);
  });
});

describe('many groups', () => {
  const groups = { count: 40, named: ['customer=acme', 'customer=bolt'] };

  it.each(['slack', 'pagerduty', 'alertmanager'])('are one message with their number by %s', (id) => {
    const text = JSON.stringify(composed(id, incident('opened', { groups })).body);
    expect(text).toMatch(/in 40 groups|40 groups: customer=acme; customer=bolt and 38 more/);
  });

  it('say nothing where there is one only', () => {
    const { body } = composed('slack', incident('opened', { groups: { count: 1, named: ['customer=acme'] } }));
    expect(JSON.stringify(body)).toContain('Group: customer=acme');
    expect(JSON.stringify(body)).not.toContain('in 1 groups');
  });
});

describe('webhook', () => {
  it('signs what it sends', () => {
    const request = channelOf('webhook')?.compose(incident('opened'), target, now);
    const headers = request?.headers ?? {};
    const given = {
      id: headers['webhook-id'] ?? '',
      timestamp: headers['webhook-timestamp'] ?? '',
      signature: headers['webhook-signature'] ?? '',
    };
    expect(verifyWebhook(['c2VjcmV0'], given, request?.body ?? '', now / 1000)).toBe(true);
    expect(composed('webhook', incident('opened')).body).toMatchObject({ type: 'incident.opened', data: { id: 'i1' } });
  });
});

describe('slack', () => {
  it('escapes, and keeps silent about an acknowledgement', () => {
    expect(JSON.stringify(composed('slack', incident('opened')).body)).toContain('v42 &lt;b&gt;');
    expect(channelOf('slack')?.compose(incident('acknowledged'), target, now)).toBeNull();
  });
});

describe('slack by its web API', () => {
  const room: ChannelTarget = { url: 'https://slack.com/api?channel=C01', secrets: ['xoxb-1'] };
  const slack = channelOf('slack');

  it('keeps one message an incident, edits it to how things stand, and tells the turn in its thread', () => {
    const first = slack?.compose(incident('opened'), room, now);
    expect(first?.url).toBe('https://slack.com/api/chat.postMessage');
    expect(first?.headers['authorization']).toBe('Bearer xoxb-1');
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ channel: 'C01', blocks: expect.any(Array) as unknown });
    const part = { acknowledgedBy: 'kim', whyFired: ['b > 14.4'] };
    const [edit, turn, ...more] = slack?.follow?.(incident('acknowledged', part), room, 'C01 17.0001') ?? [];
    expect(edit?.url).toBe('https://slack.com/api/chat.update');
    expect(JSON.parse(edit?.body ?? '')).toMatchObject({ channel: 'C01', ts: '17.0001' });
    const text = 'Acknowledged by kim, -12.0 % of the error budget left\nb &gt; 14.4';
    expect(JSON.parse(turn?.body ?? '')).toEqual({ channel: 'C01', thread_ts: '17.0001', text });
    expect(more).toEqual([]);
    expect(slack?.follow?.(change, room, 'C01 17.0001')).toBeNull();
    expect(slack?.follow?.(incident('resolved'), target, 'C01 17.0001')).toBeNull();
  });

  it.each([
    ['ok', { receipt: null, error: null, again: false }],
    [
      '{"ok":true,"channel":"C01","ts":"17.0001","message":{"text":"cut',
      { receipt: 'C01 17.0001', error: null, again: false },
    ],
    [
      '{"ok":false,"error":"channel_not_found"}',
      { receipt: null, error: 'Slack says channel_not_found', again: false },
    ],
    ['{"ok":false,"error":"ratelimited"}', { receipt: null, error: 'Slack says ratelimited', again: true }],
    ['{"ok":false,"error":"message_not_found"}', { receipt: null, error: null, again: false }],
  ])('reads the answer %s', (body, answer) => {
    expect(slack?.readAnswer?.(body)).toEqual(answer);
  });

  it('needs a token, where an incoming webhook needs nothing', () => {
    expect(slack?.secretProblem?.(room.url)).toMatch(/bot token/);
    expect(slack?.secretProblem?.(target.url)).toBeNull();
  });
});

describe('a money budget', () => {
  const budget: BudgetNotification = {
    type: 'budget',
    id: 'msg_4',
    at: '2026-11-01T11:00:00.000Z',
    project,
    budget: {
      id: 'b1',
      name: 'team-a',
      amount: '100',
      spent: '81.5',
      forecast: '140',
      forecastLow: '120',
      forecastHigh: '160',
      period: 'month',
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
      pace: 2.2,
      marks: ['50 %', '80 %'],
      threshold: '80 %',
      text: 'Budget R&D: 80 % of $100 spent ($81.50) on day 12 of 30; pace 2.2',
      url: 'https://plimsoll.example.com/p/shop/costs?month=2026-11',
    },
  };

  it('is told in words, and pages nobody', () => {
    const { text, url } = budget.budget;
    expect(composed('webhook', budget).body).toMatchObject({
      type: 'budget.crossed',
      data: { marks: ['50 %', '80 %'], threshold: '80 %', pace: 2.2, text, url },
    });
    const button = { type: 'button', text: { type: 'plain_text', text: 'Open costs' }, url };
    expect(composed('slack', budget).body).toMatchObject({
      text: text.replace('&', '&amp;'),
      blocks: [{ type: 'section' }, { type: 'actions', elements: [button] }],
    });
    expect(composed('email', budget).body).toMatchObject({ subject: text, text: `${text}.\n${url}\n` });
    const page = channelOf('pagerduty')?.compose(budget, { ...target, url: '' }, now);
    expect(page?.url).toBe('https://events.pagerduty.com/v2/change/enqueue');
    expect(JSON.parse(page?.body ?? '')).toMatchObject({
      payload: { summary: text },
      links: [{ href: url, text: 'Costs' }],
    });
    expect(channelOf('alertmanager')?.compose(budget, target, now)).toBeNull();
  });
});

describe('pagerduty', () => {
  it('maps severities, actions and endpoints', () => {
    expect(composed('pagerduty', incident('opened')).body).toMatchObject({
      routing_key: 'c2VjcmV0',
      event_action: 'trigger',
      dedup_key: 'abc',
      payload: { severity: 'critical', source: 'support-answer', class: 'quality' },
    });
    expect(composed('pagerduty', incident('opened', { severity: 'ticket' })).body).toMatchObject({
      payload: { severity: 'warning' },
    });
    expect(composed('pagerduty', incident('acknowledged')).body).toEqual({
      routing_key: 'c2VjcmV0',
      event_action: 'acknowledge',
      dedup_key: 'abc',
    });
    const request = channelOf('pagerduty')?.compose(change, { ...target, url: '' }, now);
    expect(request?.url).toBe('https://events.pagerduty.com/v2/change/enqueue');
  });

  it('keeps the summary and the event within their limits', () => {
    const long = composed('pagerduty', incident('opened', { title: '\u{1F6A2}'.repeat(2000) }));
    const { payload } = long.body as { payload: { summary: string } };
    expect(Array.from(payload.summary)).toHaveLength(1024);
    const huge = channelOf('pagerduty')?.compose(incident('opened', { whyFired: ['x'.repeat(600_000)] }), target, now);
    expect(huge?.body.length).toBeLessThan(512_000);
    expect(huge?.body).toContain('INC-204');
  });
});

describe('alertmanager', () => {
  it('holds an open alert four minutes ahead and ends a resolved one', () => {
    const open = composed('alertmanager', incident('renewed'));
    expect(open.url).toBe('https://hooks.example.com/x/api/v2/alerts');
    expect(open.headers['authorization']).toBe('Bearer c2VjcmV0');
    expect(open.body).toMatchObject([
      { endsAt: '2026-11-01T12:04:00.000Z', labels: { cloud_region: 'eu', severity: 'critical' } },
    ]);
    const resolved = composed('alertmanager', incident('resolved', { resolvedAt: '2026-11-01T11:59:00.000Z' }));
    expect(resolved.body).toMatchObject([{ endsAt: '2026-11-01T11:59:00.000Z' }]);
  });
});

describe('email', () => {
  it('says what matters in one line and the facts below, under an id that a repetition keeps', () => {
    const { body } = composed(
      'email',
      incident('opened', { title: 'quality\nBcc: x@example.com', whyFired: ['b > 14.4'] }),
    );
    expect(body).toMatchObject({
      messageId: '<msg_1@plimsoll>',
      subject: '[PAGE] INC-204 quality Bcc: x@example.com',
    });
    expect((body as { text: string }).text).toMatch(/Burn rate 19\.4x[^]*b > 14\.4[^]*incidents\/i1\n$/);
    expect(channelOf('email')?.compose(incident('acknowledged'), target, now)).toBeNull();
    expect(channelOf('email')?.addressProblem?.('https://example.com')).toBe('must be smtp or smtps');
  });
});
