import { betaInv, betaSf } from './beta.js';
import { normalInv } from './normal.js';

/** Two-sided interval of a rate, both ends in [0, 1]. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval for k bad of n (Wilson 1927). n may be a design-effective size and k = p n, so both are real.
 * A one-sided bound at confidence c is the end of the two-sided interval at level 2c - 1.
 */
export function wilsonInterval(k: number, n: number, level: number): Interval {
  if (!(n > 0)) return { low: 0, high: 1 };
  const z = normalInv((1 + level) / 2);
  const rate = k / n;
  const z2 = z * z;
  const centre = rate + z2 / (2 * n);
  const spread = z * Math.sqrt((rate * (1 - rate)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  // At the ends the two terms cancel exactly on paper but not in doubles.
  const low = k <= 0 ? 0 : Math.max(0, (centre - spread) / scale);
  const high = k >= n ? 1 : Math.min(1, (centre + spread) / scale);
  return { low, high };
}

/** Clopper-Pearson "exact" interval, by beta quantiles; coverage is never below the level. */
export function clopperPearsonInterval(k: number, n: number, level: number): Interval {
  if (!(n > 0)) return { low: 0, high: 1 };
  const tail = (1 - level) / 2;
  return {
    low: k <= 0 ? 0 : betaInv(tail, k, n - k + 1),
    high: k >= n ? 1 : betaInv(1 - tail, k + 1, n - k),
  };
}

/** Jeffreys posterior probability that the rate exceeds the limit, after k of n (prior Beta(1/2, 1/2)). For display only. */
export function jeffreysProbabilityAbove(limit: number, k: number, n: number): number {
  return betaSf(limit, k + 0.5, n - k + 0.5);
}
