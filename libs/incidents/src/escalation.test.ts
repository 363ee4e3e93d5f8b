import { describe, expect, it } from 'vitest';
import { escalationOf, type EscalationPolicy, type EscalationState } from './escalation.js';
import type { IncidentEvent, IncidentEventBody } from './lifecycle.js';

const minute = 60_000;
/** Sunday 2026-11-22 20:00 UTC: nobody is in the office. */
const evening = Date.parse('2026-11-22T20:00:00Z');

const policy: EscalationPolicy = {
  steps: [{ waitMinutes: 5 }, { waitMinutes: 15 }],
  repeat: 1,
  acknowledgedForMinutes: 30,
  businessHours: { timeZone: 'UTC', days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
};

type Happening = readonly [minute: number, body: IncidentEventBody];

const page: Happening = [0, { kind: 'opened', severity: 'page', tier: 'fast' }];
const ticket: Happening = [0, { kind: 'opened', severity: 'ticket', tier: 'slow' }];
const told = (at: number, turn: number): Happening => [at, { kind: 'escalated', turn }];
const acknowledged = (at: number): Happening => [at, { kind: 'acknowledged' }];

function stateAt(happened: readonly Happening[], at: number, part: Partial<EscalationPolicy> = {}): EscalationState {
  const events = happened.map(([when, body], index): IncidentEvent => {
    return { seq: index + 1, at: evening + when * minute, actor: 'kim', body };
  });
  return escalationOf(events, { ...policy, ...part }, evening + at * minute);
}

/** `due 1.0`, `waits 5 1.0`, `held 780 0.0`, `acknowledged`: minutes after the opening, then step and round. */
function shown(state: EscalationState): string {
  switch (state.kind) {
    case 'stopped':
      return state.reason;
    case 'due':
      return `due ${state.turn.step}.${state.turn.round}`;
    case 'waiting':
      return `${state.held ? 'held' : 'waits'} ${(state.at - evening) / minute} ${state.turn.step}.${state.turn.round}`;
    case 'acknowledgement_due':
      return 'taken back';
  }
}

describe('escalationOf', () => {
  it.each<[string, readonly Happening[], number, string]>([
    ['the first step is told at once', [page], 0, 'due 0.0'],
    ['then it waits for an acknowledgement', [page, told(0, 0)], 4, 'waits 5 1.0'],
    ['and the next one is due', [page, told(0, 0)], 5, 'due 1.0'],
    ['a tick that comes late tells one step, not all', [page, told(0, 0)], 500, 'due 1.0'],
    ['and counts from when that was told', [page, told(0, 0), told(500, 1)], 510, 'waits 515 0.1'],
    ['steps repeat', [page, told(0, 0), told(5, 1)], 20, 'due 0.1'],
    ['as often as the policy says', [page, told(0, 0), told(5, 1), told(20, 2), told(25, 3)], 999, 'exhausted'],
    ['an acknowledgement stops it', [page, told(0, 0), acknowledged(3)], 5, 'acknowledged'],
    ['half an hour of silence takes it back', [page, told(0, 0), acknowledged(3)], 33, 'taken back'],
    ['not before', [page, told(0, 0), acknowledged(3)], 32.9, 'acknowledged'],
    ['whoever works on it keeps it', [page, acknowledged(3), [20, { kind: 'comment', text: 'x' }]], 49, 'acknowledged'],
    [
      'a machine that writes does not',
      [page, acknowledged(3), [20, { kind: 'alert_fired', tier: 'slow', severity: 'ticket' }]],
      33,
      'taken back',
    ],
    [
      'taken back, the steps begin again',
      [page, told(0, 0), told(5, 1), acknowledged(6), [36, { kind: 'unacknowledged' }]],
      36,
      'due 0.0',
    ],
    ['a mitigation stops it for good', [page, [2, { kind: 'mitigated' }]], 999, 'mitigated'],
    ['so does the end', [page, [2, { kind: 'resolved', automatic: true }]], 3, 'over'],
    [
      'a reopening starts it',
      [
        page,
        told(0, 0),
        [2, { kind: 'resolved', automatic: true }],
        [9, { kind: 'reopened', severity: 'page', tier: 'fast' }],
      ],
      9,
      'due 0.0',
    ],
    ['merged it is quiet', [page, [2, { kind: 'merged', into: 'x' }]], 3, 'over'],
    ['split it starts', [page, [2, { kind: 'merged', into: 'x' }], [4, { kind: 'split', from: 'x' }]], 4, 'due 0.0'],
    ['a snooze holds it', [page, [1, { kind: 'snoozed', until: '2026-11-22T21:00:00Z' }]], 30, 'held 60 0.0'],
    ['until it ends', [page, [1, { kind: 'snoozed', until: '2026-11-22T21:00:00Z' }]], 60, 'due 0.0'],
    ['a call for help by hand is no turn', [page, told(0, 0), [1, { kind: 'escalated' }]], 4, 'waits 5 1.0'],
    ['a ticket waits for Monday at nine', [ticket], 0, 'held 780 0.0'],
    ['and is told then', [ticket], 780, 'due 0.0'],
    [
      'a ticket that becomes a page is told then',
      [ticket, [90, { kind: 'severity_raised', severity: 'page' }]],
      90,
      'due 0.0',
    ],
    ['and goes on as one', [ticket, [90, { kind: 'severity_raised', severity: 'page' }], told(90, 0)], 95, 'due 1.0'],
    [
      'a page that becomes a ticket waits again',
      [page, told(0, 0), [2, { kind: 'severity_lowered', severity: 'ticket' }]],
      10,
      'held 780 1.0',
    ],
    ['a ticket keeps its acknowledgement over night', [ticket, acknowledged(10)], 779, 'acknowledged'],
    ['and loses it in the morning', [ticket, acknowledged(10)], 780, 'taken back'],
  ])('%s', (_name, happened, at, expected) => {
    expect(shown(stateAt(happened, at))).toBe(expected);
  });

  it('obeys what the policy says', () => {
    expect(shown(stateAt([page], 0, { steps: [] }))).toBe('no steps');
    expect(shown(stateAt([page, acknowledged(1)], 9999, { acknowledgedForMinutes: null }))).toBe('acknowledged');
    expect(shown(stateAt([ticket], 0, { businessHours: null }))).toBe('due 0.0');
    expect(shown(stateAt([page, told(0, 0), told(5, 1)], 999, { repeat: 0 }))).toBe('exhausted');
  });

  it('keeps the identity of a turn whatever the clock does', () => {
    const ticks = [500, 3, 5, 5].map((at) => stateAt([page], at));
    expect(
      new Set(ticks.map((state) => (state.kind === 'due' ? `${state.turn.armedBy}:${state.turn.taken}` : ''))),
    ).toEqual(new Set(['1:0']));
    expect(shown(stateAt([page, told(500, 0)], 3))).toBe('waits 505 1.0');
  });
});
