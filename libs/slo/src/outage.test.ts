import { objectiveWrite } from '@plimsoll/contract';
import { describe, expect, it, test } from 'vitest';
import { foldTier, initialTierStatus } from './alert-fold.js';
import { judgedObjective } from './objective-judge.js';
import { outageLowerLimit, outageRule, outageVerdict } from './outage.js';
import { PointSeries, type SliPoint } from './point-series.js';
import { toNumber } from './rational.js';
import { detectionSeconds } from './tier-delays.js';

const windowSeconds = 28 * 86_400;
const objective = (target: string, more: object = {}) =>
  judgedObjective(
    objectiveWrite.parse({ slug: 'o', name: 'O', indicator: { kind: 'error' }, target, ...more }),
    windowSeconds,
  );
const tierOf = (judged: ReturnType<typeof objective>) => judged.tiers.find(({ name }) => name === outageRule);

function point(minute: number, eligible: number, bad: number): SliPoint {
  const sums = { sumW: eligible, sumWx: bad, sumW2: eligible, sumW2x: bad, sumW2x2: bad };
  const rest = { cost: 0n, outcomes: eligible, selected: 0, settled: 0, excluded: 0 };
  return { minute, stratum: '', population: eligible, eligible, bad, ...sums, ...rest };
}

/** What it does in minutes [0, minutes) when each has the given pair. */
function story(judged: ReturnType<typeof objective>, minutes: readonly (readonly [number, number])[]): string[] {
  const tier = tierOf(judged);
  if (tier === undefined) return [];
  const series = new PointSeries(minutes.map(([eligible, bad], minute) => point(minute, eligible, bad)));
  const range = { from: 0, to: minutes.length };
  const { transitions } = foldTier({ objective: judged, tier, series, status: initialTierStatus, ...range });
  return transitions.map(({ kind, minute }) => `${kind} ${minute}`);
}

const minutes = (count: number, eligible: number, bad: number) =>
  Array.from({ length: count }, () => [eligible, bad] as const);

describe('the lower limit of the bad share', () => {
  // scipy.stats.beta.ppf(0.001, k, n - k + 1), SciPy 1.17.1
  it.each([
    [10, 10, 0.5011872336272722],
    [9, 9, 0.4641588833612779],
    [18, 20, 0.5526241091218087],
    [40, 60, 0.45997658128274066],
    [60, 60, 0.8912509381337456],
    [14, 15, 0.5281730956607154],
    [73, 100, 0.5755700877542489],
  ])('of %i bad among %i', (bad, eligible, low) => {
    expect(outageLowerLimit(bad, eligible)).toBeCloseTo(low, 9);
    const at = (limit: number) => outageVerdict(limit, 0, () => ({ eligible, bad })).fires;
    expect([at(low - 1e-6), at(low + 1e-6)]).toEqual([true, false]);
  });
});

// Fewest events, all bad, whose limit is above (1 + B) / 2, by the same function of SciPy.
test.each([
  ['0.999', 0.5005, 10],
  ['0.995', 0.5025, 11],
  ['0.98', 0.51, 11],
  ['0.95', 0.525, 11],
  ['0.9', 0.55, 12],
  ['0.8', 0.6, 14],
  ['0.6', 0.7, 20],
])('at %s the limit is %d and %i bad events are enough', (target, limit, fewest) => {
  const judged = objective(target);
  const tier = tierOf(judged);
  expect(tier && toNumber(tier.factor) * judged.roundedShare).toBeCloseTo(limit, 12);
  expect(story(judged, [[fewest - 1, fewest - 1]])).toEqual([]);
  expect(story(judged, [[fewest, fewest]])).toEqual(['fired 0']);
});

describe('an outage', () => {
  it('pages in its third minute at the latest when good calls came before, whatever the target', () => {
    for (const target of ['0.999', '0.99', '0.95', '0.9', '0.7']) {
      expect(story(objective(target), [...minutes(20, 60, 0), ...minutes(5, 60, 60)])).toEqual(['fired 20']);
    }
  });

  it('is no matter of one or two bad calls, of a quiet service or of a bad share that the tiers are for', () => {
    const judged = objective('0.99');
    expect(story(judged, [[1, 1], [2, 2], [1, 1], ...minutes(30, 1, 0)])).toEqual([]);
    expect(story(judged, minutes(60, 100, 45))).toEqual([]);
    expect(story(judged, [...minutes(5, 0, 0), [5, 5], ...minutes(5, 0, 0)])).toEqual([]);
    // At one call a minute ten minutes hold ten events, one too few; at two a minute 18 bad of 20 are enough.
    expect(story(judged, [...minutes(30, 1, 0), ...minutes(12, 1, 1)])).toEqual([]);
    expect(story(judged, [...minutes(30, 2, 0), ...minutes(12, 2, 2)])).toEqual(['fired 38']);
  });

  it('ends when less than nine tenths of the limit is bad within five minutes, held for five; silence is no failure', () => {
    const judged = objective('0.99');
    const calm = [...minutes(10, 20, 20), ...minutes(30, 20, 0)];
    // Bad shares of five minutes are 0.8, 0.6 and 0.4 in minutes 10 to 12.
    expect(story(judged, calm)).toEqual(['fired 0', 'clearing 12', 'resolved 17']);
    expect(story(judged, [...minutes(10, 20, 20), ...minutes(30, 20, 9)])[1]).toBe('clearing 14');
    expect(story(judged, [...minutes(10, 20, 20), ...minutes(30, 0, 0)])).toEqual([
      'fired 0',
      'clearing 19',
      'resolved 24',
    ]);
  });

  it('is not told again by what lies behind when few calls follow', () => {
    const back = [...minutes(20, 100, 100), ...minutes(3, 1, 0), ...minutes(30, 1, 0)];
    expect(story(objective('0.99'), back).filter((step) => step.startsWith('fired'))).toHaveLength(1);
    expect(story(objective('0.99'), back).some((step) => step.startsWith('reopened'))).toBe(false);
  });
});

test('objectives that page have it, unless it is turned off; samples, money and tickets do not', () => {
  const has = (judged: ReturnType<typeof objective>) => tierOf(judged) !== undefined;
  const threshold = { name: 'many', severity: 'ticket', over: '0.5', window: '5m' };
  expect(has(objective('0.99'))).toBe(true);
  expect(has(objective('0.99', { outage: false }))).toBe(false);
  expect(has(objective('0.99', { policy: { thresholds: [threshold] } }))).toBe(false);
  expect(has(objective('0.99', { policy: { thresholds: [{ ...threshold, severity: 'page' }] } }))).toBe(true);
  expect(has(objective('0.99', { indicator: { kind: 'quality', scorer: 'judge' } }))).toBe(false);
  const cost = { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
  expect(has(objective('0.99', { indicator: cost }))).toBe(false);
  const own = { ...threshold, name: outageRule, severity: 'page' };
  expect(objective('0.99', { policy: { thresholds: [own] } }).tiers.map(({ rule }) => rule)).toEqual(['threshold']);
});

test('a tier that is found at once where more than the limit fails, and never below it', () => {
  const judged = objective('0.9');
  const tier = tierOf(judged);
  const after = (share: number) => tier && detectionSeconds(tier, judged.budgetShare, share);
  expect([after(1), after(0.56), after(0.55)]).toEqual([60, 60, null]);
});

test('asks for as many bad events as the objective does', () => {
  expect(story(objective('0.99', { minBad: 30 }), minutes(3, 20, 20))).toEqual(['fired 1']);
});
