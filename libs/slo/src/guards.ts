import type { EventSums } from './budget.js';
import { type Rational, compare, fromNumber, multiply, toNumber } from './rational.js';
import type { Severity, Tier } from './tiers.js';

/** Fewest bad events in the long window for which a tier may fire: one failed call at night is not an outage. */
export const defaultMinBad: Readonly<Record<Severity, number>> = { page: 3, ticket: 2 };

/** Below this many allowed bad events a single failure is a visible share of the whole budget. */
const FEASIBLE_ALLOWED_BAD = 20;

/** One sentence when the objective allows so few bad events that it can hardly be judged; null when it is feasible. */
export function feasibilityWarning(window: EventSums, budgetShare: Rational): string | null {
  if (window.eligible <= 0) return null;
  const allowed = multiply(budgetShare, fromNumber(window.eligible));
  if (compare(allowed, fromNumber(FEASIBLE_ALLOWED_BAD)) >= 0) return null;
  const cost = Number((100 / toNumber(allowed)).toPrecision(3));
  return `low traffic: one failure costs ${cost} % of the budget; lower the target, lengthen the window or merge services`;
}

/**
 * Seconds of silence after which absence of data is itself alarming: max(5 min, F B L + 2 min) of the fastest tier,
 * rounded to whole minutes (pyrra AbsentDuration; its floor is ours), and no longer than its long window, which the
 * factors of money are not bound by.
 */
export function absentAfterSeconds(fastest: Tier, budgetShare: Rational): number {
  const detection = toNumber(multiply(fastest.factor, budgetShare)) * fastest.longSeconds + 120;
  return Math.max(300, Math.min(fastest.longSeconds, Math.round(detection / 60) * 60));
}
