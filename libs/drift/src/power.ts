import { chiSquareSf, normalInv } from '@plimsoll/statistics';

/** Effects are called detectable when they would be found in four of five windows. */
const POWER_Z = 0.8416212335729143;

const harmonic = (n: number, m: number): number => (n * m) / (n + m);

/**
 * Kolmogorov-Smirnov distance found with power 0.8 at level alpha. For a shift of location the mean of the observed D
 * lies just above the true one, so that the critical value and a small margin suffice (simulated at 50 to 400 a side).
 */
export function detectableDistance(n: number, m: number, alpha: number): number {
  return Math.min(1, (Math.sqrt(-Math.log(alpha / 2) / 2) + 0.04) / Math.sqrt(harmonic(n, m)));
}

/** Share that a share `p1` has to reach (downwards, or upwards when it is low) to be found with power 0.8 at alpha. */
export function detectableShare(p1: number, n: number, m: number, alpha: number): number {
  const direction = p1 >= 0.5 ? -1 : 1;
  const critical = normalInv(1 - alpha / 2);
  const found = (p2: number): boolean => {
    const pooled = (n * p1 + m * p2) / (n + m);
    const needed =
      critical * Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)) +
      POWER_Z * Math.sqrt((p1 * (1 - p1)) / n + (p2 * (1 - p2)) / m);
    return Math.abs(p1 - p2) >= needed;
  };
  let near = p1;
  let far = direction < 0 ? 0 : 1;
  if (!found(far)) return far;
  for (let step = 0; step < 50; step += 1) {
    const middle = (near + far) / 2;
    if (found(middle)) far = middle;
    else near = middle;
  }
  return far;
}

/** Cramer's V of two shares, from the sizes of both sides. */
export function shareEffect(p1: number, p2: number, n: number, m: number): number {
  const pooled = (n * p1 + m * p2) / (n + m);
  if (pooled <= 0 || pooled >= 1) return 0;
  return (Math.abs(p1 - p2) / Math.sqrt(pooled * (1 - pooled))) * (Math.sqrt(n * m) / (n + m));
}

function chiSquareCritical(alpha: number, df: number): number {
  let low = 0;
  let high = 10 * df + 200;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (chiSquareSf(middle, df) > alpha) low = middle;
    else high = middle;
  }
  return high;
}

/** Cramer's V of a 2 x k table found with power 0.8 at alpha: noncentral chi-square in its normal approximation. */
export function detectableV(n: number, m: number, levels: number, alpha: number): number {
  const df = Math.max(1, levels - 1);
  const critical = chiSquareCritical(alpha, df);
  let low = 0;
  let high = critical * 10;
  for (let step = 0; step < 80; step += 1) {
    const lambda = (low + high) / 2;
    if ((df + lambda - critical) / Math.sqrt(2 * (df + 2 * lambda)) >= POWER_Z) high = lambda;
    else low = lambda;
  }
  return Math.min(1, Math.sqrt(high / (n + m)));
}
