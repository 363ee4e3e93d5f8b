import { objectiveWrite } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { evaluateSlo } from './evaluate-slo.js';
import { checkDefinition, objectiveTiers } from './objective-terms.js';
import { badShareOfSlice, isBadSlice } from './timeslices.js';

const objective = { target: '0.99', window: '28d', timeslice: { target: '0.9' } };

test('one bad minute in an hour burns 1.66667 at a target of 99 %, and not 100 (Kibana PR 203279)', () => {
  const counts = [
    { window: '1h', eligible: 1, bad: 1 },
    { window: '5m', eligible: 1, bad: 1 },
  ];
  const fast = (input: object) => {
    const said = evaluateSlo({ objective: input, counts });
    return 'tiers' in said ? said.tiers[0] : undefined;
  };
  expect(fast(objective)).toMatchObject({ burnLong: expect.closeTo(1.66667, 5), burnShort: expect.closeTo(20, 9) });
  expect(fast({ target: '0.99', window: '28d' })).toMatchObject({ burnLong: 100 });
});

test('points are minutes, bad where less than the target of their events are good', () => {
  const start = Date.UTC(2026, 10, 1);
  const minute = (index: number, eligible: number, bad: number) => ({
    t: new Date(start + index * 60_000).toISOString(),
    eligible,
    bad,
  });
  // 10 of 100 is as good as it has to be, 11 is not; nine of the hour's minutes have no events at all.
  const points = Array.from({ length: 51 }, (_, index) => minute(index, 100, index < 6 ? 11 : 10));
  const at = new Date(start + 60 * 60_000).toISOString();
  const said = evaluateSlo({ objective: { ...objective, window: '1d', policy: 'pyrra' }, points, at });
  expect(said).toMatchObject({ state: 'ok', errorRatio: 6 / 1440, burnRate: expect.closeTo(6 / 14.4, 12) });
  expect(evaluateSlo({ objective, points: [], at })).toMatchObject({ state: 'ok', errorRatio: 0, burnRate: 0 });
});

test.each([
  ['1', 1, 0, false],
  ['1', 1, 1, true],
  ['0.9', 10, 1, false],
  ['0.9', 10, 2, true],
  ['0.7', 10, 3, false],
] as const)('at %s, %s events with %s bad are a bad minute: %s', (target, eligible, bad, expected) => {
  const share = badShareOfSlice({ timeslice: { target } }) ?? -1;
  expect(isBadSlice({ eligible, bad }, share)).toBe(expected);
});

test('belongs to kinds that count events, which then have no outage', () => {
  const definition = (indicator: object) =>
    objectiveWrite.parse({ slug: 'x', name: 'X', indicator, target: '0.99', timeslice: { target: '0.9' } });
  expect(objectiveTiers(definition({ kind: 'error' }), 28 * 86_400)).toHaveLength(4);
  expect(() => checkDefinition(definition({ kind: 'quality', scorer: 'x' }), 0)).toThrow(/^timeslice: only latency/);
  expect(objectiveWrite.shape.timeslice.safeParse({ target: '0.0' }).success).toBe(false);
  expect(objectiveWrite.shape.timeslice.safeParse({ target: '1.1' }).success).toBe(false);
});
