import type { Counts } from './cells.js';

/** One cell of all other candidates: exposed beside its control. */
export interface Stratum {
  readonly exposed: Counts;
  readonly control: Counts;
}

/**
 * Mantel-Haenszel risk difference over strata:
 * sum((a*n0 - c*n1) / (n1+n0)) / sum(n1*n0 / (n1+n0)), with a of n1 exposed and c of n0 controls bad.
 * Null when no stratum holds both. (Greenland and Robins 1985.)
 */
export function mantelHaenszelRiskDifference(strata: readonly Stratum[]): number | null {
  let numerator = 0;
  let denominator = 0;
  for (const { exposed, control } of strata) {
    const total = exposed.n + control.n;
    if (exposed.n <= 0 || control.n <= 0) continue;
    numerator += (exposed.bad * control.n - control.bad * exposed.n) / total;
    denominator += (exposed.n * control.n) / total;
  }
  return denominator > 0 ? numerator / denominator : null;
}
