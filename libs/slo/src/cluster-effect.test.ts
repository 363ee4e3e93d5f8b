import { objectiveWrite } from '@plimsoll/contract';
import { generator } from '@plimsoll/statistics';
import { expect, test } from 'vitest';
import { foldTier, initialTierStatus, type TierStatus } from './alert-fold.js';
import { type ClusterEffect, clusterEffectOf, designEffect, unclusteredBecause } from './cluster-effect.js';
import { evaluateSlo } from './evaluate-slo.js';
import { gateVerdict } from './gate.js';
import { judgedObjective, judgeTier } from './objective-judge.js';
import { PointSeries, type SliPoint } from './point-series.js';
import { emptyTotals, windowOfStrata, type WindowTotals } from './point-totals.js';
import { decimal } from './rational.js';
import { judgedEstimate, plainSamples, type SampleTraits } from './sample-traits.js';
import { estimateInterval, sampledStatus } from './sampled.js';
import { planSampling } from './sampling-planner.js';

const quality = (target: string) =>
  objectiveWrite.parse({
    slug: 'q',
    name: 'Q',
    target,
    indicator: { kind: 'quality', scorer: 'judge' },
    policy: [{ name: 'slow', severity: 'ticket', long: '3d', short: '6h', budget: '0.12' }],
  });

/** As points hold them: a tenth of the calls is scored, so that there is something to estimate. */
function scored(n: number, bad: number): WindowTotals {
  const sums = { sumW: n * 10, sumWx: bad * 10, sumW2: n * 100, sumW2x: bad * 100, sumW2x2: bad * 100 };
  return windowOfStrata([{ ...emptyTotals, ...sums, population: n * 10, eligible: n, bad, selected: n, settled: n }]);
}

const alike = (meanSize: number, correlation: number): SampleTraits => ({
  judge: null,
  clusters: { clusters: 100, samples: 500, meanSize, correlation },
});

test('two samples that say as much as one halve the size of status, gate, tiers and eval alike', () => {
  const twice = alike(5, 0.25);
  const estimate = judgedEstimate(scored(400, 30), twice);
  const plain = judgedEstimate(scored(400, 30), plainSamples);
  expect(estimate.designN).toBeCloseTo(plain.designN / 2, 9);
  expect(estimate.effectiveN).toBe(200);
  expect(estimate.standardError).toBeCloseTo(plain.standardError * Math.SQRT2, 12);
  expect(estimate.errorRatio).toBe(plain.errorRatio);
  // Wilson of 15 of 200 by scipy.stats.binomtest.
  const said = evaluateSlo({
    objective: { target: '0.95' },
    sampled: { n: 400, bad: 30, clusters: { size: 5, correlation: 0.25 } },
  });
  expect(said).toMatchObject({
    designEffect: 2,
    effectiveN: 200,
    interval: {
      method: 'wilson',
      low: expect.closeTo(0.045974917184382014, 12),
      high: expect.closeTo(0.12004361023629459, 12),
    },
    status: 'uncertain',
  });
  // 30 samples of sessions of five are no 30 samples.
  expect(sampledStatus(judgedEstimate(scored(30, 0), twice), 0.05)).toBe('insufficient');
  expect(gateVerdict(quality('0.95'), scored(400, 30), 100).verdict).toBe('fail');
  expect(gateVerdict(quality('0.95'), scored(400, 30), 100, twice).verdict).toBe('not_yet');
  const tier = (samples: SampleTraits) => {
    const objective = judgedObjective(quality('0.95'), 28 * 86_400, samples);
    const [slow] = objective.tiers;
    if (slow === undefined) throw new Error('has a tier');
    const { signal, evidence } = judgeTier(objective, slow, () => scored(400, 33));
    return { enter: typeof signal === 'object' && signal.enter, reasons: evidence().reasons };
  };
  expect(tier(plainSamples).enter).toBe(true);
  expect(tier(alike(9, 0.5)).enter).toBe(false);
  expect(tier(alike(9, 0.5)).reasons).toContain(
    'samples share sessions (9 each, alike by 0.5): 5 of them say as much as one',
  );
});

test('a plan counts the samples that say as much as those it needs', () => {
  const plan = (effect: number) =>
    planSampling({
      scoredPerDay: 200 * effect,
      designEffect: effect,
      budgetShare: 0.05,
      designBad: 0.15,
      daysBetweenFalseAlarms: 90,
      wantedHours: 5,
      costPerScore: decimal('0.01'),
    });
  expect(plan(1).samples).toBeCloseTo(139.475, 3);
  expect(plan(3).samples).toBeCloseTo(3 * 139.475, 2);
  expect(plan(3).hours).toBeCloseTo(plan(1).hours, 9);
});

test('nothing is taken off where too little is known of sessions', () => {
  const sessions = (count: number, size: number) =>
    Array.from({ length: count }, () => Array.from({ length: size }, () => 0));
  expect(unclusteredBecause(clusterEffectOf(sessions(200, 1)))).toBe('no two samples share a session');
  expect(unclusteredBecause(clusterEffectOf(sessions(9, 40)))).toBe('9 of 10 sessions');
  expect(unclusteredBecause(clusterEffectOf([...sessions(50, 1), ...sessions(4, 2)]))).toMatch(/^4 of 10 samples/);
  expect(unclusteredBecause(clusterEffectOf(sessions(40, 3)))).toBeNull();
  expect(designEffect(null)).toBe(1);
});

/** Sessions of 1 to 15 calls; a session is bad or good as a whole more often than chance would have it (beta-binomial). */
function drawSessions(random: () => number, count: number, share: number, correlation: number): number[][] {
  return Array.from({ length: count }, () => {
    const size = 1 + Math.floor(15 * random() ** 2);
    // Polya's urn with weights p (1 - rho) / rho and (1 - p) (1 - rho) / rho draws from the beta-binomial.
    const weight = (1 - correlation) / correlation;
    let bad = 0;
    return Array.from({ length: size }, (_, drawn) => {
      const x = random() < (share * weight + bad) / (weight + drawn) ? 1 : 0;
      bad += x;
      return x;
    });
  });
}

test('the interval holds the truth as often as it says where sessions are alike, and would not without that', () => {
  const random = generator(20_261_123);
  const runs = 1200;
  const held = { with: 0, without: 0 };
  for (let run = 0; run < runs; run++) {
    const sessions = drawSessions(random, 150, 0.12, 0.3);
    const samples = sessions.flat();
    const window = scored(
      samples.length,
      samples.reduce((sum, x) => sum + x, 0),
    );
    const clusters = clusterEffectOf(sessions);
    const holds = (traits: SampleTraits): number => {
      const { low, high } = estimateInterval(judgedEstimate(window, traits), 0.95);
      return low <= 0.12 && 0.12 <= high ? 1 : 0;
    };
    held.with += holds({ judge: null, clusters });
    held.without += holds(plainSamples);
  }
  expect(held.with / runs).toBeGreaterThan(0.92);
  expect(held.with / runs).toBeLessThan(0.98);
  expect(held.without / runs).toBeLessThan(0.85);
});

test('a sustained drop is not seen in sessions that fail together while no more of them fail than may', () => {
  const random = generator(7);
  const alarms = (traits: (effect: ClusterEffect) => SampleTraits, share: number): number => {
    let found = 0;
    for (let run = 0; run < 12; run++) {
      const sessions = drawSessions(random, 600, share, 0.4);
      const objective = judgedObjective(quality('0.9'), 28 * 86_400, traits(clusterEffectOf(sessions)));
      const [tier] = objective.tiers;
      if (tier === undefined) throw new Error('has a tier');
      const points = sessions.map((own, hour): SliPoint => ({
        ...scored(
          own.length,
          own.reduce((sum, x) => sum + x, 0),
        ).whole,
        minute: hour * 60,
        stratum: '',
      }));
      const series = new PointSeries(points);
      let status: TierStatus = initialTierStatus;
      let seen = false;
      for (const { minute } of points) {
        status = foldTier({ objective, tier, series, status, from: minute, to: minute + 1 }).status;
        seen ||= status.dropMinutes > 0;
      }
      found += seen ? 1 : 0;
    }
    return found;
  };
  const [apart, together] = [
    () => plainSamples,
    (clusters: ClusterEffect): SampleTraits => ({ judge: null, clusters }),
  ];
  const figures = [alarms(apart, 0.1), alarms(together, 0.1), alarms(together, 0.3)];
  expect(figures[0]).toBeGreaterThan(3);
  expect(figures[1]).toBeLessThan(2);
  expect(figures[2]).toBe(12);
});
