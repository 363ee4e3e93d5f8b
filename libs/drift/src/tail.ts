import { logGamma } from '@plimsoll/statistics';

/** Reference values a side of the band: the outer 1 %. */
const OUTER = 0.01;
/** Below this many reference values the outer 1 % is fewer than three and says nothing. */
const MIN_REFERENCE = 300;
/** A smaller share outside is nobody's incident. */
const MIN_SHARE = 0.05;

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * P(X >= k) for X beta-binomial(n, a, b): how many of n new values fall beyond the a-th outermost of a + b - 1 old ones
 * when nothing changed. Exact for any continuous distribution, since only ranks matter; ties make it conservative.
 */
function exceedanceTail(k: number, n: number, a: number, b: number): number {
  let sum = 0;
  for (let x = k; x <= n; x += 1) {
    const logChoose = logGamma(n + 1) - logGamma(x + 1) - logGamma(n - x + 1);
    sum += Math.exp(logChoose + logBeta(x + a, n - x + b) - logBeta(a, b));
  }
  return Math.min(1, sum);
}

/** Values of the current window beyond the reference's outer 1 % on one side. */
export interface TailResult {
  /** Larger of both sides' shares, 0..1. */
  readonly share: number;
  /** Two-sided (twice the smaller of the exact one-sided p-values). */
  readonly p: number;
  readonly enough: boolean;
}

/** The tail rule: finds a small part of the traffic that went far outside, which a comparison of all of it misses. */
export function tailRule(reference: readonly number[], current: readonly number[]): TailResult | null {
  if (reference.length < MIN_REFERENCE || current.length === 0) return null;
  const sorted = Float64Array.from(reference).sort();
  const rank = Math.max(1, Math.floor(reference.length * OUTER));
  const low = sorted[rank - 1] ?? -Infinity;
  const high = sorted[sorted.length - rank] ?? Infinity;
  const below = current.filter((value) => value < low).length;
  const above = current.filter((value) => value > high).length;
  const rest = reference.length + 1 - rank;
  const p = Math.min(
    exceedanceTail(below, current.length, rank, rest),
    exceedanceTail(above, current.length, rank, rest),
  );
  const share = Math.max(below, above) / current.length;
  return { share, p: Math.min(1, 2 * p), enough: share >= MIN_SHARE };
}
