import { describe, expect, it } from 'vitest';
import { dedupKeyOf, type IncidentSubject } from './dedup-key.js';
import {
  applyEvent,
  foldIncident,
  type IncidentEvent,
  type IncidentEventBody,
  type IncidentView,
  refusal,
} from './lifecycle.js';
import { notificationFor } from './notification-policy.js';
import { type AlertChange, eventsForAlert, eventsForReopening, flappingIsOver, placeAlert } from './transitions.js';

const minute = 60_000;

function fold(...bodies: IncidentEventBody[]): IncidentView {
  return foldIncident(
    bodies.map((body, index): IncidentEvent => ({ seq: index + 1, at: index * minute, actor: 'kim', body })),
  );
}

const opened: IncidentEventBody = { kind: 'opened', severity: 'ticket', tier: 'ticket slow' };
const firing = (tier: string, severity: 'page' | 'ticket', at = 0): AlertChange => ({
  to: 'firing',
  tier,
  severity,
  at,
});
const resolved = (tier: string, at = 0): AlertChange => ({ to: 'resolved', tier, severity: 'page', at });

/** What the service does: place the alert, append what follows, fold. */
function replay(changes: AlertChange[]): { incidents: IncidentView[]; placements: string[] } {
  const incidents: IncidentView[] = [];
  const placements: string[] = [];
  for (const change of changes) {
    const latest = incidents.at(-1) ?? null;
    const placement = placeAlert(change, latest);
    placements.push(placement);
    if (placement === 'ignore') continue;
    if (placement === 'open' || latest === null) {
      const body: IncidentEventBody = { kind: 'opened', severity: change.severity, tier: change.tier };
      incidents.push(foldIncident([{ seq: 1, at: change.at, actor: 'slo', body }]));
      continue;
    }
    const bodies = placement === 'reopen' ? eventsForReopening(change, latest) : eventsForAlert(change, latest);
    incidents[incidents.length - 1] = bodies.reduce(
      (view, body) => applyEvent(view, { seq: view.seq + 1, at: change.at, actor: 'slo', body }),
      latest,
    );
  }
  return { incidents, placements };
}

describe('foldIncident', () => {
  it('walks the whole life', () => {
    const view = fold(
      opened,
      { kind: 'severity_raised', severity: 'page' },
      { kind: 'acknowledged' },
      { kind: 'assigned', assignee: 'sam' },
      { kind: 'mitigated' },
      { kind: 'resolved', automatic: false },
      { kind: 'reviewed' },
    );
    expect(view).toMatchObject({
      seq: 7,
      state: 'reviewed',
      severity: 'page',
      acknowledgedBy: 'kim',
      acknowledgedAt: 2 * minute,
      assignee: 'sam',
      mitigatedAt: 4 * minute,
      resolvedAt: 5 * minute,
    });
  });

  it('refuses a gap, a second opening and a start that opens nothing', () => {
    const first: IncidentEvent = { seq: 1, at: 0, actor: 'slo', body: opened };
    expect(() => foldIncident([first, { seq: 3, at: 1, actor: 'kim', body: { kind: 'acknowledged' } }])).toThrow(
      'follow',
    );
    expect(() => foldIncident([{ ...first, body: { kind: 'acknowledged' } }])).toThrow('opened');
    expect(() => foldIncident([first, { ...first, seq: 2 }])).toThrow('once');
  });

  it('refuses what the state forbids and allows what already holds', () => {
    const view = fold(opened, { kind: 'resolved', automatic: true });
    expect(refusal(view, 'acknowledged')).toBe('an incident that is resolved cannot become acknowledged');
    expect(refusal(view, 'resolved')).toBeNull();
    expect(refusal(view, 'false_alarm')).toBeNull();
    expect(refusal(fold(opened), 'reopened')).not.toBeNull();
    expect(refusal(fold(opened), 'comment')).toBeNull();
  });
});

describe('alerts of one key', () => {
  it('makes three tiers one incident with the highest severity, resolved by the last', () => {
    const { incidents } = replay([
      firing('ticket slow', 'ticket', 0),
      firing('page fast', 'page', minute),
      firing('page slow', 'page', 2 * minute),
      resolved('page fast', 3 * minute),
      resolved('page slow', 4 * minute),
    ]);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ state: 'triggered', severity: 'page', alerts: 3 });
    const ended = replay([firing('a', 'page'), resolved('a', minute)]).incidents[0];
    expect(ended).toMatchObject({ state: 'resolved', resolvedAt: minute });
  });

  it('reopens within 30 minutes of a page and 6 hours of a ticket, then opens anew', () => {
    const page = (at: number) => replay([firing('a', 'page'), resolved('a', 13 * minute), firing('a', 'page', at)]);
    expect(page(30 * minute).placements).toEqual(['open', 'attach', 'reopen']);
    expect(page(50 * minute).placements).toEqual(['open', 'attach', 'open']);
    const ticket = replay([firing('a', 'ticket'), resolved('a', minute), firing('a', 'ticket', 5 * 60 * minute)]);
    expect(ticket.incidents).toHaveLength(1);
  });

  it('says nothing twice and ignores the end of what is not open', () => {
    const { incidents, placements } = replay([resolved('a'), firing('a', 'page'), firing('a', 'page', minute)]);
    expect(placements).toEqual(['ignore', 'open', 'attach']);
    expect(incidents[0]?.seq).toBe(1);
  });

  it('never resolves while a tier has no data', () => {
    const { incidents } = replay([
      firing('a', 'page'),
      firing('b', 'page'),
      { to: 'no_data', tier: 'a', severity: 'page', at: minute },
      resolved('b', 2 * minute),
    ]);
    expect(incidents[0]).toMatchObject({ state: 'triggered', noData: ['a'] });
  });

  it('calls the third cycle within a day flapping, stays open and goes quiet', () => {
    const cycle = (k: number): AlertChange[] => [
      firing('a', 'page', k * 20 * minute),
      resolved('a', (k * 20 + 5) * minute),
    ];
    const { incidents } = replay([...cycle(0), ...cycle(1), ...cycle(2), ...cycle(3)]);
    expect(incidents).toHaveLength(1);
    const view = incidents[0];
    expect(view).toMatchObject({ flapping: true, state: 'triggered', firing: {} });
    if (view === undefined) return;
    expect(flappingIsOver(view, 65 * minute, 94 * minute, 5 * minute)).toBe(false);
    expect(flappingIsOver(view, 65 * minute, 95 * minute, 5 * minute)).toBe(true);
    expect(flappingIsOver(view, 65 * minute, 95 * minute, 30 * minute)).toBe(false);
    expect(notificationFor('severity_raised', view)).toBeNull();
    expect(notificationFor('resolved', view)).toBe('resolved');
  });
});

describe('dedupKeyOf', () => {
  const subject = {
    organisationId: 'o',
    projectId: 'p',
    environment: 'live',
    objectiveId: 'q',
    group: { a: '1', b: '2' },
  };

  it('does not depend on the order of labels and tells installations apart', () => {
    expect(dedupKeyOf(subject)).toBe(dedupKeyOf({ ...subject, group: { b: '2', a: '1' } }));
    expect(dedupKeyOf(subject)).toMatch(/^[0-9a-f]{64}$/);
    const others: IncidentSubject[] = [
      { ...subject, organisationId: 'x' },
      { ...subject, environment: null },
      { ...subject, group: { a: '12' } },
      { ...subject, group: {} },
    ];
    expect(new Set([subject, ...others].map((one) => dedupKeyOf(one))).size).toBe(5);
  });
});
