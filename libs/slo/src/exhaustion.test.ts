import { objectiveWrite } from '@plimsoll/contract';
import { describe, expect, it, test } from 'vitest';
import { foldTier, initialTierStatus } from './alert-fold.js';
import { backtestObjective } from './backtest.js';
import { lookbackLengths } from './lookback-edges.js';
import { judgedObjective, judgeTier } from './objective-judge.js';
import { checkDefinition } from './objective-terms.js';
import { PointSeries, type SliPoint } from './point-series.js';
import { emptyTotals, windowOfStrata, type WindowTotals } from './point-totals.js';
import { toNumber } from './rational.js';
import { selfTestObjective } from './self-test.js';
import { detectionSeconds } from './tier-delays.js';

const hour = 3600;
const windowSeconds = 28 * 24 * hour;
const gone = { name: 'gone', severity: 'page', exhaustsIn: '24h' };
const tenth = { name: 'tenth', severity: 'page', drop: '0.1', window: '6h' };

function written(threshold: object, more: object) {
  const policy = { thresholds: [threshold] };
  return objectiveWrite.parse({ slug: 'o', name: 'O', indicator: { kind: 'error' }, target: '0.99', policy, ...more });
}

/** An objective of 28 days = 672 hours, and its only tier but that of an outage. */
function ruled(threshold: object, more: object = {}) {
  const objective = judgedObjective(written(threshold, more), windowSeconds);
  const [tier] = objective.tiers;
  if (tier === undefined) throw new Error('has a tier');
  return { objective, tier };
}

function counted(eligible: number, bad: number): WindowTotals {
  return windowOfStrata([{ ...emptyTotals, population: eligible, eligible, bad }]);
}

/** What the tier says of a whole window and of the last hours, which are all alike. */
function said(rule: ReturnType<typeof ruled>, whole: WindowTotals, recent: WindowTotals) {
  const { signal, evidence } = judgeTier(rule.objective, rule.tier, (seconds) =>
    seconds === windowSeconds ? whole : recent,
  );
  return { signal, fires: typeof signal === 'object' && signal.enter, evidence: evidence() };
}

/** 28 good days of a hundred calls a minute, then `bad` of a hundred for so many minutes, then good ones. Minute 0 is the first bad. */
function stretch(bad: number, minutes: number, calm: number): PointSeries {
  const days = 28 * 1440;
  const points = Array.from({ length: days + minutes + calm }, (_, index): SliPoint => {
    const minute = index - days;
    const failed = minute >= 0 && minute < minutes ? bad : 0;
    return { ...emptyTotals, minute, stratum: '', population: 100, eligible: 100, bad: failed };
  });
  return new PointSeries(points);
}

function story(rule: ReturnType<typeof ruled>, series: PointSeries, to: number): string[] {
  const { transitions } = foldTier({ ...rule, series, status: initialTierStatus, from: -10, to });
  return transitions.map(({ kind, minute }) => `${kind} ${minute}`);
}

describe('a budget that is gone within a day', () => {
  it('is judged by the last quarter of the day, one hour at least, and by a twelfth of that', () => {
    expect(ruled(gone).tier).toMatchObject({ rule: 'exhaustion', longSeconds: 6 * hour, shortSeconds: hour / 2 });
    // And by what is left of the whole window, 40,320 minutes.
    expect(lookbackLengths(ruled(gone).objective)).toContain(40_320);
    expect(lookbackLengths(ruled(tenth).objective)).not.toContain(40_320);
    expect(ruled({ ...gone, exhaustsIn: '2h' }).tier).toMatchObject({ longSeconds: hour, shortSeconds: 300 });
    // A quarter of 90 hours is 22.5 hours = 1350 minutes, and a twelfth of that 112.5.
    const long = ruled({ ...gone, exhaustsIn: '90h' }).tier;
    expect(long).toMatchObject({ longSeconds: 1350 * 60, shortSeconds: 113 * 60 });
  });

  // With r left it lasts r 672 h / burn: at 0.2 and a burn of 5.6 exactly 24 h.
  it.each([
    [0, 2800, false],
    [0, 2801, true],
    [8000, 560, false],
    [8000, 561, true],
    // 4 % and less count as 5 %: 33.6 h at a burn of 1.
    [9600, 140, false],
    [9600, 141, true],
    [15_000, 140, false],
    [15_000, 141, true],
  ])('%i of 10,000 allowed bad events spent, %i of the last 10,000 bad: %s', (spent, bad, fires) => {
    expect(said(ruled(gone), counted(1_000_000, spent), counted(10_000, bad)).fires).toBe(fires);
  });

  it('says how much is left and how long it lasts', () => {
    const reason = (spent: number, bad: number) =>
      said(ruled(gone), counted(1_000_000, spent), counted(10_000, bad)).evidence.reasons[0];
    // 0.2 x 672 / 8 and 0.05 x 672 / 1.5
    expect(reason(8000, 800)).toBe('20 % of the budget left: at this burn gone in 16.8 h, limit 1d');
    expect(reason(9600, 150)).toBe('4 % of the budget left, counted as 5 %: at this burn gone in 22.4 h, limit 1d');
    expect(reason(0, 0)).toBe('100 % of the budget left: nothing burns it, limit 1d');
    expect(said(ruled(gone), counted(1_000_000, 8000), counted(10_000, 800)).evidence.factor).toBeCloseTo(5.6, 12);
  });

  it('needs its short window to burn too, and the events that every page needs', () => {
    const { objective, tier } = ruled(gone);
    const over = judgeTier(objective, tier, (seconds) => counted(10_000, seconds === tier.shortSeconds ? 0 : 9000));
    expect(over.signal).toEqual({ enter: false, clean: true });
    expect(said(ruled(gone), counted(100, 2), counted(2, 2)).fires).toBe(false);
    expect(said(ruled(gone), counted(0, 0), counted(0, 0)).signal).toEqual({ enter: false, clean: true });
  });

  // 50 k / 360 > 28 (1 - 50 k / 40320) <=> k > 161.28; with 10 the long window is full and 10 > 28 (1 - 10 k / 40320) <=> k > 2592.
  it.each([
    [50, 'fired 161', 9676.8],
    [10, 'fired 2592', 155_520],
  ])('%i bad of 100 are told when the formula says', (bad, fired, seconds) => {
    const rule = ruled(gone);
    expect(story(rule, stretch(bad, 2600, 0), 2600)[0]).toBe(fired);
    expect(detectionSeconds(rule.tier, rule.objective.budgetShare, bad / 100)).toBeCloseTo(seconds, 6);
  });

  it('ends when the half hour has calmed, and the backtest tells the same', () => {
    const rule = ruled(gone);
    const series = stretch(50, 200, 100);
    // 10,000 of 40,320 are spent: F = 28 x 0.751984 = 21.0556, clean below 18.95 = 11.37 bad minutes of 30. At minute 218
    // eleven are left, held for half of the half hour.
    expect(story(rule, series, 300)).toEqual(['fired 161', 'clearing 218', 'resolved 233']);
    const [page] = backtestObjective(rule.objective, series, -10, 300).filter(({ tier }) => tier === 'gone');
    expect(page).toMatchObject({ tier: 'gone', beganAt: 0, firedAt: 161, resolvedAt: 233 });
  });

  it('is never told where the floor or the window comes first', () => {
    const { objective, tier } = ruled(gone);
    const after = (share: number) => detectionSeconds(tier, objective.budgetShare, share);
    // 672 / 2 - 24 = 312 hours; a burn of 1.4 is 0.05 x 28; one of 1.45 takes 463.448 - 24 hours.
    expect([after(0.02), after(0.014), after(0.01)]).toEqual([312 * hour, null, null]);
    expect(after(0.0145)).toBeCloseTo((672 / 1.45 - 24) * hour, 6);
  });
});

test('a budget of samples is the most that may be left, and too few of them say nothing', () => {
  const scored = (n: number, bad: number): WindowTotals => {
    const sums = { sumW: n * 10, sumWx: bad * 10, sumW2: n * 100, sumW2x: bad * 100, sumW2x2: bad * 100 };
    return windowOfStrata([{ ...emptyTotals, ...sums, population: n * 10, eligible: n, bad, selected: n, settled: n }]);
  };
  const rule = ruled(
    { ...gone, exhaustsIn: '96h' },
    { target: '0.9', indicator: { kind: 'quality', scorer: 'judge' } },
  );
  // 120 of 2000 leave 40 % by themselves, a factor of 2.8; the 99.5 % lower limit of Wilson, 0.0477, leaves 52 %: 3.66.
  const month = scored(2000, 120);
  expect(said(rule, month, scored(200, 70)).fires).toBe(false);
  expect(said(rule, month, scored(200, 80)).fires).toBe(true);
  expect(said(rule, month, scored(20, 20)).signal).toBe('insufficient');
});

describe('a tenth of the budget within six hours', () => {
  it('is a burn of 11.2 or more in one window', () => {
    const rule = ruled(tenth);
    expect(rule.tier).toMatchObject({ rule: 'drop', longSeconds: 6 * hour, shortSeconds: 6 * hour });
    // 0.1 x 672 / 6
    expect(toNumber(rule.tier.factor)).toBe(11.2);
    const whole = counted(1_000_000, 1120);
    expect(said(rule, whole, counted(10_000, 1119)).fires).toBe(false);
    expect(said(rule, whole, counted(10_000, 1120)).fires).toBe(true);
  });

  it('is of the events that there were, where quiet hours weigh less', () => {
    const rule = ruled(tenth, { volumeAware: true });
    // 10,000 may be bad in all: a tenth is 1,000 of them, in however many of these hours.
    const whole = counted(1_000_000, 1000);
    expect(said(rule, whole, counted(50_000, 999)).fires).toBe(false);
    expect(said(rule, whole, counted(50_000, 1000)).fires).toBe(true);
    expect(said(ruled(tenth), whole, counted(50_000, 1000)).fires).toBe(false);
  });

  it('is told in the minute that completes it, and ends when the window lies behind', () => {
    const rule = ruled(tenth);
    // 50 k / 360 >= 11.2 <=> k >= 80.64; below 10.08 with 72 bad minutes, when the first 28 of 100 are six hours ago.
    expect(story(rule, stretch(50, 100, 600), 700)).toEqual(['fired 80', 'clearing 387', 'resolved 567']);
    expect(detectionSeconds(rule.tier, rule.objective.budgetShare, 0.5)).toBeCloseTo(80.64 * 60, 6);
  });
});

test('what could never be meant is refused', () => {
  const check = (threshold: object, more: object = {}) => checkDefinition(written(threshold, more), 0);
  expect(() => check(gone)).not.toThrow();
  expect(() => check(tenth)).not.toThrow();
  const calendar = { window: { calendar: 'month', timeZone: 'UTC' } };
  expect(() => check(gone, calendar)).toThrow('policy: exhaustsIn is for windows of days');
  expect(() => check(tenth, calendar)).not.toThrow();
  expect(() => check({ ...gone, exhaustsIn: '40d' })).toThrow('gone: factor 0.7 is not above 0.9');
  expect(() => check({ ...tenth, window: '4d' })).toThrow('tenth: factor 0.7 is not above 0.9');
  expect(() => check({ ...tenth, window: '1h' }, { target: '0.9' })).toThrow('tenth: unreachable, factor 67.2');
  // 0.05 x 672 of an hour: 33.6 times 0.03 is more than everything.
  expect(() => check({ ...gone, exhaustsIn: '1h' }, { target: '0.97' })).toThrow('gone: unreachable, factor 33.6');
  expect(() => check({ ...gone, exhaustsIn: 'soon' })).toThrow('policy.thresholds[0].exhaustsIn');
});

test('a total breach is replayed for as long as it takes', () => {
  const tested = (thresholds: object[], target: string) => {
    const policy = { thresholds };
    const definition = written(gone, { policy, target, outage: false });
    return selfTestObjective(judgedObjective(definition, windowSeconds));
  };
  // 100 k / 360 (1 + 6 / 24) > 28 <=> k > 80.64, and 100 k / 360 >= 11.2 <=> k >= 40.32.
  expect(tested([gone, tenth], '0.99')).toEqual({ ok: true, detail: 'gone after 81 min, tenth after 41 min' });
  // A tenth may be bad: 67.2 - 4 hours until what is left would go within four.
  expect(tested([{ ...gone, exhaustsIn: '4h' }], '0.9').detail).toMatch(/^gone after 37\d\d min$/);
});
