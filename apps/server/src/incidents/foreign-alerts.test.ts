import { alertmanagerHookBody, changeCreate } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { foreignAlertsOf } from './foreign-alerts.js';

const now = Date.parse('2026-11-01T12:00:00Z');

/** Body version 4 as Alertmanager 0.28 sends it, with keys that newer ones add. */
const body = alertmanagerHookBody.parse({
  receiver: 'plimsoll',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'NodeDown', instance: 'gpu-a:9100', severity: 'critical', feature: 'support' },
      annotations: { summary: 'gpu-a does not answer' },
      startsAt: '2026-11-01T11:50:00.123456789Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph?g0.expr=up',
      fingerprint: 'c2a0b1d5e6f70819',
    },
    {
      status: 'resolved',
      labels: { alertname: 'QueueFull' },
      annotations: {},
      startsAt: '2026-11-01T11:40:00Z',
      endsAt: '2026-11-01T11:55:00Z',
      generatorURL: '',
      fingerprint: 'aa',
      future: true,
    },
    { status: 'firing', labels: { alertname: 'PlimsollObjective' }, annotations: {}, startsAt: '2026-11-01T11:40:00Z' },
  ],
  groupLabels: { alertname: 'NodeDown' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example.com',
  version: '4',
  groupKey: '{}:{alertname="NodeDown"}',
  truncatedAlerts: 0,
  notification_reason: 'group_wait',
  routeLabels: {},
});

describe('alerts of other systems', () => {
  it('become changes of kind other; those that this platform sent itself do not come back', () => {
    const alerts = foreignAlertsOf(body, undefined, now);
    expect(alerts.map(({ change, resolvedAt }) => ({ ...change, resolvedAt }))).toEqual([
      {
        kind: 'other',
        at: '2026-11-01T11:50:00.123Z',
        title: 'alert NodeDown on gpu-a:9100: gpu-a does not answer',
        feature: 'support',
        actor: 'alertmanager',
        link: 'http://prometheus.example.com/graph?g0.expr=up',
        resolvedAt: null,
      },
      {
        kind: 'other',
        at: '2026-11-01T11:40:00.000Z',
        title: 'alert QueueFull',
        actor: 'alertmanager',
        resolvedAt: Date.parse('2026-11-01T11:55:00Z'),
      },
    ]);
    for (const { change } of alerts) expect(changeCreate.safeParse(change).success).toBe(true);
  });

  it('take the feature of the hook where an alert names none, and one name for every repetition', () => {
    const [first, second] = foreignAlertsOf(body, 'search', now);
    expect([first?.change.feature, second?.change.feature]).toEqual(['support', 'search']);
    expect(foreignAlertsOf(body, 'search', now + 60_000).map(({ name }) => name)).toEqual([first?.name, second?.name]);
  });

  it('tolerate nearly nothing', () => {
    expect(foreignAlertsOf(alertmanagerHookBody.parse({}), undefined, now)).toEqual([]);
    const bare = alertmanagerHookBody.parse({ alerts: [{}] });
    expect(foreignAlertsOf(bare, undefined, now)[0]?.change.title).toBe('alert unnamed');
  });
});
