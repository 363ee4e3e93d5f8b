import { kishEffectiveN } from '@plimsoll/statistics';
import type { Column, Value } from './window.js';

/** The defined values of a column with their weights. */
export interface WeightedSample<T extends Value = Value> {
  readonly values: readonly T[];
  readonly weights: readonly number[];
  /** True when all weights are equal: exact tests then apply. */
  readonly uniform: boolean;
  /** Kish's effective size; the count when uniform. */
  readonly effectiveN: number;
}

export function sampleOf<T extends Value>(column: Column, weights: readonly number[]): WeightedSample<T> {
  const kept = column.values.flatMap((value, index) =>
    value === null || (typeof value === 'number' && !Number.isFinite(value)) ? [] : [index],
  );
  const own = kept.map((index) => weights[index] ?? 1);
  const uniform = own.every((weight) => weight === own[0]);
  const sum = own.reduce((total, weight) => total + weight, 0);
  const squares = own.reduce((total, weight) => total + weight ** 2, 0);
  return {
    values: kept.map((index) => column.values[index] as T),
    weights: own,
    uniform,
    effectiveN: uniform || own.length === 0 ? own.length : kishEffectiveN(sum, squares),
  };
}

/**
 * Counts by level: plain when the weights are equal, else weighted shares of the effective size, so that a chi-square
 * on them is as sure as the sample allows (a first-order Rao-Scott correction).
 */
export function levelCounts(sample: WeightedSample, levels: readonly Value[]): number[] {
  const sums = new Map<Value, number>(levels.map((level) => [level, 0]));
  sample.values.forEach((value, index) => {
    if (sums.has(value)) sums.set(value, (sums.get(value) ?? 0) + (sample.uniform ? 1 : (sample.weights[index] ?? 1)));
  });
  const counts = levels.map((level) => sums.get(level) ?? 0);
  if (sample.uniform) return counts;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total > 0 ? (count / total) * sample.effectiveN : 0));
}
