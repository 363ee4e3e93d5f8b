import { cliffsDelta, kolmogorovSmirnov, oneSampleKolmogorovSf, wassersteinDistance } from '@plimsoll/statistics';
import { binCounts, divergence, quantileEdges } from './bins.js';
import type { Comparison } from './comparison.js';
import type { WeightedSample } from './sample.js';
import { tailRule } from './tail.js';

/** D below this is nobody's incident, however sure it is. */
export const DISTANCE_FLOOR = 0.15;

const EMPTY = { psi: null, js: null, psiUncorrected: null, jsUncorrected: null };

function weightedSteps(sample: WeightedSample<number>): { value: number; share: number }[] {
  const total = sample.weights.reduce((sum, weight) => sum + weight, 0);
  return sample.values
    .map((value, index) => ({ value, share: (sample.weights[index] ?? 1) / total }))
    .sort((x, y) => x.value - y.value);
}

/** D of two weighted samples with the p-value of their effective sizes. */
function weightedKolmogorovSmirnov(
  a: WeightedSample<number>,
  b: WeightedSample<number>,
): { statistic: number; p: number } {
  const steps = [
    ...weightedSteps(a).map(({ value, share }) => ({ value, change: share })),
    ...weightedSteps(b).map(({ value, share }) => ({ value, change: -share })),
  ].sort((x, y) => x.value - y.value);
  let difference = 0;
  let statistic = 0;
  steps.forEach(({ value, change }, index) => {
    difference += change;
    if (steps[index + 1]?.value !== value) statistic = Math.max(statistic, Math.abs(difference));
  });
  const size = Math.max(1, Math.round((a.effectiveN * b.effectiveN) / (a.effectiveN + b.effectiveN)));
  return { statistic, p: oneSampleKolmogorovSf(size, statistic) };
}

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
};

/** Bucket names for people: `low..high`. */
const bucketNames = (edges: readonly number[]): string[] =>
  Array.from({ length: edges.length + 1 }, (_, index) => {
    const show = (edge: number | undefined): string => (edge === undefined ? '' : String(Number(edge.toPrecision(4))));
    return `${show(edges[index - 1])}..${show(edges[index])}`;
  });

/** Kolmogorov-Smirnov with the tail rule; Cliff's delta, Wasserstein, PSI and JS as sizes beside it. */
export function compareNumeric(reference: WeightedSample<number>, current: WeightedSample<number>): Comparison {
  const constant = [...reference.values, ...current.values].every((value) => value === reference.values[0]);
  const uniform = reference.uniform && current.uniform;
  const result = uniform
    ? kolmogorovSmirnov(reference.values, current.values)
    : weightedKolmogorovSmirnov(reference, current);
  const edges = quantileEdges(reference.values);
  const table = [binCounts(reference.values, edges), binCounts(current.values, edges)] as const;
  const deviation = spread(reference.values);
  return {
    test: 'kolmogorov_smirnov',
    statistic: result.statistic,
    // A column without any variation cannot be tested and must not widen the family.
    p: constant ? null : result.p,
    effect: result.statistic,
    effectName: 'D',
    effectFloor: DISTANCE_FLOOR,
    cliffsDelta: -cliffsDelta(reference.values, current.values),
    wasserstein: deviation > 0 ? wassersteinDistance(reference.values, current.values) / deviation : null,
    ...(constant ? EMPTY : divergence(table, reference.effectiveN, current.effectiveN)),
    tail: uniform ? tailRule(reference.values, current.values) : null,
    newLevels: [],
    distribution: { buckets: bucketNames(edges), reference: [...table[0]], current: [...table[1]] },
  };
}
