import type { ExhaustionSpec } from '@plimsoll/contract';
import { durationSeconds, durationText } from './duration.js';
import { type Rational, compare, decimal, divide, fraction, multiply, toNumber } from './rational.js';
import type { Tier } from './tiers.js';

/** Share of the budget that counts as left when less is: nearer to 0 any single failure would foretell the end. */
const LEAST_LEFT = decimal('0.05');

/**
 * "All of the budget gone within h": a burn-rate tier whose factor falls with the budget. At a burn b the share r that is
 * left lasts r W / b, which is shorter than h exactly when b > r W / h. The tier stands for the whole budget, r = 1. It
 * looks back a quarter of h, one hour at least (Honeycomb's exhaustion time alert), and ends by a twelfth of that.
 */
export function exhaustionTier(spec: ExhaustionSpec, windowSeconds: number, field: string): Tier {
  const seconds = durationSeconds(spec.exhaustsIn, `${field}.exhaustsIn`);
  const longMinutes = Math.max(60, Math.ceil(seconds / 240));
  return {
    name: spec.name,
    severity: spec.severity,
    rule: 'exhaustion',
    longSeconds: longMinutes * 60,
    shortSeconds: Math.ceil(longMinutes / 12) * 60,
    budget: fraction(longMinutes * 60, seconds),
    factor: fraction(windowSeconds, seconds),
    forMinutes: 1,
  };
}

/** The tier as it is while the share `left` of the budget remains, one twentieth at least. */
export function withBudgetLeft(tier: Tier, left: Rational): Tier {
  return { ...tier, factor: multiply(compare(left, LEAST_LEFT) > 0 ? left : LEAST_LEFT, tier.factor) };
}

/** The lowest factor that a tier can have. */
export function leastFactor({ rule, factor }: Tier): Rational {
  return rule === 'exhaustion' ? multiply(LEAST_LEFT, factor) : factor;
}

/** h, in seconds. */
function horizonSeconds({ longSeconds, budget }: Tier): number {
  return toNumber(divide(fraction(longSeconds, 1), budget));
}

/**
 * Seconds from a whole budget until the tier fires at a constant error ratio e0; null if it never does. With G = B W / e0,
 * after which all is spent: within the long window the burn rises while the budget falls, G / (h / L + 1); later the budget
 * alone falls, G - h.
 */
export function exhaustionDetection(tier: Tier, budgetShare: Rational, errorRatio: number): number | null {
  const horizon = horizonSeconds(tier);
  const window = toNumber(tier.factor) * horizon;
  if (errorRatio <= toNumber(multiply(leastFactor(tier), budgetShare))) return null;
  const gone = (toNumber(budgetShare) * window) / errorRatio;
  const rising = gone / (horizon / tier.longSeconds + 1);
  const seconds = rising <= tier.longSeconds ? rising : gone - horizon;
  // What happened longer ago than the window is spent no more.
  return seconds <= window ? seconds : null;
}

/** What is foretold, as a sentence. `left`: share of the budget; `burn` of the long window. */
export function exhaustionReason(tier: Tier, left: Rational, burn: number | null): string {
  const share = toNumber(left);
  const least = toNumber(LEAST_LEFT);
  const counted = share < least ? `, counted as ${percent(least)}` : '';
  const within = durationText(horizonSeconds(tier));
  const rest = `${percent(share)} of the budget left${counted}`;
  if (burn === null || burn <= 0) return `${rest}: nothing burns it, limit ${within}`;
  const hours = (Math.max(share, least) * toNumber(tier.factor) * horizonSeconds(tier)) / burn / 3600;
  return `${rest}: at this burn gone in ${Number(hours.toPrecision(3))} h, limit ${within}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
