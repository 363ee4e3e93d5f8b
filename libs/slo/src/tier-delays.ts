import { exhaustionDetection, leastFactor } from './exhaustion.js';
import { outageWindows } from './outage.js';
import { multiply, type Rational, toNumber } from './rational.js';
import type { Tier } from './tiers.js';

/**
 * Seconds from a clean state until the tier fires at a constant error ratio e0: F B L / e0; null if it never does. An
 * outage of a service with some twenty events a minute is known in its first closed minute.
 */
export function detectionSeconds(tier: Tier, budgetShare: Rational, errorRatio: number): number | null {
  if (tier.rule === 'exhaustion') return exhaustionDetection(tier, budgetShare, errorRatio);
  const threshold = toNumber(multiply(tier.factor, budgetShare));
  if (tier.rule === 'outage') return errorRatio > threshold ? (outageWindows[0] ?? null) : null;
  return errorRatio > threshold ? (threshold * tier.longSeconds) / errorRatio : null;
}

/**
 * Seconds after a full recovery until the short window lets go: S (1 - F B / e0), with the lowest factor that the tier can
 * have; null where it never fired.
 */
export function resetSeconds(tier: Tier, budgetShare: Rational, errorRatio: number): number | null {
  const threshold = toNumber(multiply(leastFactor(tier), budgetShare));
  return errorRatio > threshold ? tier.shortSeconds * (1 - threshold / errorRatio) : null;
}
