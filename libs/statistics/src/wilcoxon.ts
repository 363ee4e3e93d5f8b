import { normalSf } from './normal.js';

/** Wilcoxon signed-rank test of paired differences. */
export interface WilcoxonResult {
  /** Smaller of the two rank sums. */
  readonly statistic: number;
  readonly p: number;
  /** -1..1, positive when the differences tend to be positive (Kerby 2014). */
  readonly rankBiserial: number;
}

/**
 * Two-sided Wilcoxon signed-rank test, normal approximation with tie correction; differences of zero are left out.
 * Undefined when all are zero.
 */
export function wilcoxonSignedRank(differences: readonly number[]): WilcoxonResult | undefined {
  const moved = differences.filter((difference) => difference !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = moved.length;
  if (n === 0) return undefined;
  let positive = 0;
  let ties = 0;
  for (let start = 0; start < n;) {
    let end = start;
    let up = 0;
    while (end < n && Math.abs(moved[end] ?? 0) === Math.abs(moved[start] ?? 0)) up += Number((moved[end++] ?? 0) > 0);
    const size = end - start;
    positive += up * ((start + 1 + end) / 2);
    ties += size ** 3 - size;
    start = end;
  }
  const all = (n * (n + 1)) / 2;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  const statistic = Math.min(positive, all - positive);
  const z = (all / 2 - statistic) / Math.sqrt(variance);
  return { statistic, p: Math.min(1, 2 * normalSf(z)), rankBiserial: (2 * positive) / all - 1 };
}
