import { normalSf } from './normal.js';

/** Mann-Whitney U of the first sample with its two-sided p, and Cliff's delta of the same ranks. */
export interface MannWhitneyResult {
  /** U of the first sample: pairs in which it is larger, ties counted half. */
  readonly statistic: number;
  readonly p: number;
  /** -1..1; positive when the first sample tends to be larger. */
  readonly cliffsDelta: number;
}

/** Ranks of both samples together, ties averaged; answers the first sample's rank sum and sum(t^3 - t) over ties. */
function rankSum(first: readonly number[], second: readonly number[]): { sum: number; ties: number } {
  const all = [...first.map((value) => ({ value, own: 1 })), ...second.map((value) => ({ value, own: 0 }))];
  all.sort((x, y) => x.value - y.value);
  let sum = 0;
  let ties = 0;
  for (let start = 0; start < all.length;) {
    let end = start;
    let own = 0;
    while (end < all.length && all[end]?.value === all[start]?.value) own += all[end++]?.own ?? 0;
    const size = end - start;
    sum += own * ((start + 1 + end) / 2);
    ties += size ** 3 - size;
    start = end;
  }
  return { sum, ties };
}

/** Asymptotic Mann-Whitney test with tie and continuity correction; p is 1 when every value is the same. */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitneyResult {
  const n = first.length;
  const m = second.length;
  const { sum, ties } = rankSum(first, second);
  const statistic = sum - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  const cliffsDelta = (2 * statistic) / (n * m) - 1;
  if (!(variance > 0)) return { statistic, p: 1, cliffsDelta };
  const larger = Math.max(statistic, n * m - statistic);
  const z = (larger - (n * m) / 2 - 0.5) / Math.sqrt(variance);
  return { statistic, p: Math.min(1, 2 * normalSf(z)), cliffsDelta };
}

/** Cliff's delta: P(first > second) - P(first < second). */
export const cliffsDelta = (first: readonly number[], second: readonly number[]): number =>
  mannWhitney(first, second).cliffsDelta;
