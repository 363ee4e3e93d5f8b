import type { DriftSummary } from '@plimsoll/contract';
import { levelCounts, type WeightedSample } from './sample.js';

const LARGEST_LEVELS = 20;

/** What a side looks like, in a few numbers; weights are honoured but for the median. */
export function summarise(sample: WeightedSample, kind: 'numeric' | 'binary' | 'categorical'): DriftSummary {
  const n = sample.values.length;
  const none = { n, mean: null, standardDeviation: null, median: null, levels: null };
  if (n === 0) return none;
  if (kind === 'categorical') {
    const levels = [...new Set(sample.values)];
    const counts = levelCounts(sample, levels);
    const all = counts.reduce((sum, count) => sum + count, 0);
    const shares = levels
      .map((level, index) => [String(level), (counts[index] ?? 0) / all] as const)
      .sort((a, b) => b[1] - a[1]);
    return { ...none, levels: Object.fromEntries(shares.slice(0, LARGEST_LEVELS)) };
  }
  const values = sample.values as readonly number[];
  const weight = sample.weights.reduce((sum, own) => sum + own, 0);
  const mean = values.reduce((sum, value, index) => sum + value * (sample.weights[index] ?? 1), 0) / weight;
  const squares = values.reduce((sum, value, index) => sum + (value - mean) ** 2 * (sample.weights[index] ?? 1), 0);
  const sorted = Float64Array.from(values).sort();
  const middle = Math.floor((n - 1) / 2);
  return {
    n,
    mean,
    standardDeviation: n > 1 ? Math.sqrt((squares / weight) * (n / (n - 1))) : null,
    median: ((sorted[middle] ?? 0) + (sorted[n - 1 - middle] ?? 0)) / 2,
    levels: null,
  };
}
