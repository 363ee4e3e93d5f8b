import { objectiveWrite, type ObjectiveWrite } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { alertRule, initialAlertStatus, stepAlert, type AlertSignal } from './alert-state.js';
import { budgetShareSpent } from './budget.js';
import { durationSeconds, durationText } from './duration.js';
import { bernoulliDivergence, expectedDelay } from './e-cusum.js';
import { absentAfterSeconds, feasibilityWarning } from './guards.js';
import { checkDefinition, objectiveTiers } from './objective-terms.js';
import { decimal, fromNumber, toDecimalText, toNumber } from './rational.js';
import { predictionPoweredMean, roganGladen } from './judge-error.js';
import { simpleEstimate, stratifiedEstimate, sampledStatus } from './sampled.js';
import { sampledTierVerdict } from './sampled-decision.js';
import { planSampling } from './sampling-planner.js';
import { resolveTiers } from './tiers.js';

const DAY = 86_400;

describe('exact fractions', () => {
  test.each([
    ['0.999', 1e-3],
    ['0.9995', 5e-4],
    ['1', 0],
    ['-2.5', 3.5],
  ])('1 - %s is %d', (text, wanted) => {
    const value = decimal(text);
    expect(toNumber({ over: value.under - value.over, under: value.under })).toBe(wanted);
  });
  test.each([0.1, 1 / 3, 1e-300, 123456789.125])('%d is itself', (value) => {
    expect(toNumber(fromNumber(value))).toBe(value);
  });
  test('money keeps twelve decimals, rounded half away from zero', () => {
    expect(toDecimalText(decimal('-0.0000000000005'), 12)).toBe('-0.000000000001');
    expect(toDecimalText({ over: 2n, under: 3n }, 12)).toBe('0.666666666667');
    expect(toDecimalText(decimal('12.500'), 12)).toBe('12.5');
  });
});

test.each([
  ['90s', 90],
  ['1h30m', 5400],
  ['4w', 28 * DAY],
])('duration %s', (text, seconds) => expect(durationSeconds(text)).toBe(seconds));
test.each([
  [5400, '90m'],
  [3840, '64m'],
  [DAY, '1d'],
  [45, '45s'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

test.each([
  [30, [2, 16, 64, 193]],
  [28, [2, 15, 60, 180]],
  [7, [1, 4, 15, 45]],
])('pyrra waits over %d days', (days, waits) => {
  expect(resolveTiers('pyrra', days * DAY).map(({ forMinutes }) => forMinutes)).toEqual(waits);
});

const ofSloth = (window: ObjectiveWrite['window']): ObjectiveWrite =>
  objectiveWrite.parse({
    slug: 'a',
    name: 'A',
    indicator: { kind: 'error' },
    target: '0.999',
    policy: 'sloth',
    window,
  });

// internal/alert/alert_test.go of sloth: factors as it computes them, with the noise of its doubles.
test.each([
  [30, [14.4, 6, 3, 1]],
  [28, [13.44, 5.6000000000000005, 2.8000000000000003, 0.9333333333333333]],
  [7, [13.44, 3.5, 1.4000000000000001, 0.98]],
])('the tiers of sloth over %d days are those of sloth', (days, factors) => {
  const tiers = resolveTiers('sloth', days * DAY);
  for (const [index, { factor }] of tiers.entries()) {
    expect(Math.abs(toNumber(factor) / (factors[index] ?? 0) - 1)).toBeLessThan(1e-9);
  }
  expect(
    tiers.map(({ severity, shortSeconds, longSeconds, forMinutes }) => [
      severity,
      shortSeconds,
      longSeconds,
      forMinutes,
    ]),
  ).toEqual([
    ['page', 300, 3600, 1],
    ['page', 1800, 6 * 3600, 1],
    ['ticket', 2 * 3600, DAY, 1],
    ['ticket', 6 * 3600, 3 * DAY, 1],
  ]);
  expect(() => checkDefinition(ofSloth(`${days}d`), 0)).not.toThrow();
});

test.each(['42d', '27d'])('sloth has no table for %s', (window) => {
  expect(() => checkDefinition(ofSloth(window), 0)).toThrow('7d, 28d and 30d');
  expect(() => checkDefinition(ofSloth({ calendar: 'month', timeZone: 'UTC' }), 0)).toThrow('calendar');
});

test('absence of data is alarming after the fastest tier would have fired, at least 5 min', () => {
  const [fastest] = resolveTiers('pyrra', 28 * DAY);
  if (fastest === undefined) throw new Error('a tier');
  expect(absentAfterSeconds(fastest, decimal('0.01'))).toBe(600);
  expect(absentAfterSeconds(fastest, decimal('0.001'))).toBe(300);
});

test('low traffic says what one failure costs', () => {
  expect(feasibilityWarning({ eligible: 1000, bad: 0 }, decimal('0.01'))).toContain('one failure costs 10 %');
  expect(feasibilityWarning({ eligible: 2000, bad: 0 }, decimal('0.01'))).toBeNull();
});

test('event-true and uniform shares of the budget differ on a quiet night', () => {
  const night = { eligible: 100, bad: 2 };
  const window = { eligible: 1_000_000, bad: 2 };
  expect(budgetShareSpent(night, window, decimal('0.01'), 3600, 30 * DAY)).toMatchObject({
    eventTrue: 0.0002,
    differ: true,
  });
});

describe('sampled quality', () => {
  test('a planner tells delay and price', () => {
    const plan = planSampling({
      scoredPerDay: 200,
      designEffect: 1,
      budgetShare: 0.05,
      designBad: 0.15,
      daysBetweenFalseAlarms: 90,
      wantedHours: 5,
      costPerScore: decimal('0.002'),
    });
    expect(plan.threshold).toBe(18_000);
    expect(plan.samples).toBeCloseTo(139.475, 3);
    expect(plan.hours).toBeCloseTo(16.737, 3);
    expect(plan.multiplier).toBeCloseTo(3.3474, 4);
    expect(Number(plan.costPerDay)).toBeCloseTo(1.33896, 4);
  });
  test('divergence and delay of the worked example', () => {
    expect(bernoulliDivergence(0.15, 0.05)).toBeCloseTo(0.0702501, 7);
    expect(expectedDelay(1000, 0.15, 0.05)).toBeCloseTo(98.331, 3);
  });
  test('30 of 400 at 95 % is evidence for a ticket and not for a page', () => {
    const estimate = simpleEstimate(400, 30);
    const judge = (severity: 'page' | 'ticket') =>
      sampledTierVerdict({
        severity,
        factor: 1,
        budgetShare: 0.05,
        long: estimate,
        short: estimate,
        minBad: null,
        sustainedDrop: false,
      });
    expect(judge('ticket').enter).toBe(true);
    expect(judge('page').enter).toBe(false);
    expect(judge('page').lowerBound).toBeCloseTo(0.0475827, 7);
  });
  test('corrections of an imperfect judge', () => {
    expect(roganGladen(0.14, 0.9, 0.95)).toBeCloseTo(0.09 / 0.85, 12);
    expect(roganGladen(0.01, 0.9, 0.95)).toBe(0);
    expect(predictionPoweredMean(0.1, [0.02, -0.01, 0.05])).toBeCloseTo(0.12, 12);
  });
  test('a stratum that nobody sampled widens the interval instead of vanishing', () => {
    const seen = stratifiedEstimate([{ population: 1000, n: 500, bad: 5 }]);
    const half = stratifiedEstimate([
      { population: 1000, n: 500, bad: 5 },
      { population: 1000, n: 0, bad: 0 },
    ]);
    expect(sampledStatus(seen, 0.05)).toBe('met');
    expect(sampledStatus(half, 0.05)).toBe('uncertain');
  });
  test('all scored is a census', () => {
    expect(sampledStatus(stratifiedEstimate([{ population: 40, n: 40, bad: 1 }]), 0.05)).toBe('met');
  });
});

describe('alert state', () => {
  const rule = alertRule({ severity: 'page', shortSeconds: 300, forMinutes: 2 });
  const burning: AlertSignal = { enter: true, clean: false };
  const clean: AlertSignal = { enter: false, clean: true };
  function run(signals: readonly AlertSignal[]) {
    let status = initialAlertStatus;
    return signals.map((signal, minute) => {
      ({ status } = stepAlert(rule, status, minute, signal));
      return status;
    });
  }

  test('one minute of two is pending and calms down silently', () => {
    expect(run([burning, clean]).map(({ state }) => state)).toEqual(['pending', 'inactive']);
  });
  test('silence freezes, and the hold starts anew when data is back', () => {
    const states = run([
      burning,
      burning,
      clean,
      clean,
      'no_data',
      'no_data',
      clean,
      clean,
      clean,
      clean,
      clean,
      clean,
    ]);
    expect(states.map(({ state }) => state)).toEqual([
      'pending',
      'firing',
      'resolving',
      'resolving',
      'no_data',
      'no_data',
      'resolving',
      'resolving',
      'resolving',
      'resolving',
      'resolving',
      'resolved',
    ]);
  });
  test('too few samples keep an open alert and grey a closed one', () => {
    expect(run(['insufficient', burning, burning, 'insufficient', clean]).map(({ state }) => state)).toEqual([
      'insufficient',
      'pending',
      'firing',
      'firing',
      'resolving',
    ]);
  });
  test('three fires in a day flap: the hold grows to half an hour', () => {
    const cycle: AlertSignal[] = [burning, burning, ...Array.from({ length: 6 }, () => clean)];
    const states = run([...cycle, ...cycle, ...cycle, ...Array.from({ length: 30 }, () => clean)]);
    expect(states.filter(({ state }) => state === 'resolved').length).toBeGreaterThan(0);
    const third = states.slice(2 * cycle.length);
    expect(third[1]).toMatchObject({ state: 'firing', flapping: true });
    expect(third.findIndex(({ state }) => state === 'resolved')).toBe(2 + 30);
  });
});

describe('plain thresholds', () => {
  const definition = (parts: object) =>
    objectiveWrite.parse({ slug: 'o', name: 'O', indicator: { kind: 'error' }, target: '0.99', ...parts });
  const policy = { thresholds: [{ name: 'a tenth fails', severity: 'page', over: '0.1', window: '5m', for: '10m' }] };

  test('are tiers of one window that say nothing of the budget', () => {
    const [tier] = objectiveTiers(definition({ policy }), 28 * DAY);
    expect(tier).toMatchObject({ longSeconds: 300, shortSeconds: 300, forMinutes: 10, rule: 'threshold' });
    expect(tier && toNumber(tier.factor)).toBe(10);
    expect(() => checkDefinition(definition({ policy }), 0)).not.toThrow();
  });
  test('on cost are money', () => {
    const indicator = { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
    const [tier] = objectiveTiers(
      definition({ indicator, policy: { thresholds: [{ ...policy.thresholds[0], over: '0.04' }] } }),
      28 * DAY,
    );
    expect(tier && toNumber(tier.factor)).toBe(3);
  });
  test('that can never be reached, or share a name, are refused', () => {
    const [only] = policy.thresholds;
    expect(() => checkDefinition(definition({ policy: { thresholds: [only, only] } }), 0)).toThrow(/is there twice/);
    expect(() => checkDefinition(definition({ policy: { thresholds: [{ ...only, over: '1' }] } }), 0)).toThrow(
      /unreachable/,
    );
  });
});
