import { type Rational, divide, exact, fromNumber, isZero, multiply, one, subtract, toNumber } from './rational.js';

/** Additive sums of a window: every SLI kind reduces to this pair. `bad` is a sum of badness in [0, 1] per event. */
export interface EventSums {
  readonly eligible: number;
  /** A double, or an exact fraction where money is behind it. */
  readonly bad: number | Rational;
}

export interface BudgetState {
  /** 1 - errorRatio; null without traffic. */
  readonly sli: number | null;
  readonly errorRatio: number | null;
  /** errorRatio / (1 - target); 0 without traffic, so that an idle service spends nothing. */
  readonly burnRate: number;
  /** Bad events that the window's traffic allows. */
  readonly allowedBad: number;
  /** Share of the budget that is spent, 1 = all of it. */
  readonly consumed: number;
  /** 1 - consumed; negative when more than the budget is spent. */
  readonly remaining: number;
}

/** Budget of a window: allowed = B N, consumed = bad / (B N). Exact decimals inside, doubles out. */
export function budgetState(sums: EventSums, budgetShare: Rational): BudgetState {
  if (sums.eligible <= 0) {
    return { sli: null, errorRatio: null, burnRate: 0, allowedBad: 0, consumed: 0, remaining: 1 };
  }
  const eligible = fromNumber(sums.eligible);
  const bad = exact(sums.bad);
  const ratio = divide(bad, eligible);
  const burn = divide(ratio, budgetShare);
  return {
    sli: toNumber(subtract(one, ratio)),
    errorRatio: toNumber(ratio),
    burnRate: toNumber(burn),
    allowedBad: toNumber(multiply(budgetShare, eligible)),
    consumed: toNumber(burn),
    remaining: toNumber(subtract(one, burn)),
  };
}

/** Burn of a lookback, bad / (N B); 0 without traffic. */
export function burnRate(sums: EventSums, budgetShare: Rational): number {
  return toNumber(exactBurn(sums, budgetShare));
}

/** The burn as an exact fraction, for strict comparison with a tier's factor. */
export function exactBurn(sums: EventSums, budgetShare: Rational): Rational {
  if (sums.eligible <= 0) return { over: 0n, under: 1n };
  return divide(divide(exact(sums.bad), fromNumber(sums.eligible)), budgetShare);
}

/**
 * Volume-aware burn of a lookback of w seconds in a window of W: bad(w) W / (B N(W) w). A quiet night weighs as little
 * as it does in the budget (sloth `denominator_corrected_rules_v1`, pyrra PR 1602).
 */
export function exactVolumeBurn(
  bad: number | Rational,
  windowEligible: number,
  budgetShare: Rational,
  seconds: number,
  windowSeconds: number,
): Rational {
  if (windowEligible <= 0) return { over: 0n, under: 1n };
  const allowed = multiply(multiply(budgetShare, fromNumber(windowEligible)), fromNumber(seconds));
  return divide(multiply(exact(bad), fromNumber(windowSeconds)), allowed);
}

/**
 * Seconds until the budget is gone at the recent burn: remaining W / burn.
 * 0 when it is gone already, null (never) at a burn of zero or less.
 */
export function exhaustsInSeconds(remaining: number, windowSeconds: number, recentBurn: number): number | null {
  if (remaining <= 0) return 0;
  return recentBurn > 0 ? (remaining * windowSeconds) / recentBurn : null;
}

/** Two views of what a lookback spent of the whole budget; they differ when traffic is uneven. */
export function budgetShareSpent(
  lookback: EventSums,
  window: EventSums,
  budgetShare: Rational,
  seconds: number,
  windowSeconds: number,
): { readonly eventTrue: number; readonly uniform: number; readonly differ: boolean } {
  const allowed = multiply(budgetShare, fromNumber(window.eligible));
  const eventTrue = isZero(allowed) ? 0 : toNumber(divide(exact(lookback.bad), allowed));
  const uniform = (burnRate(lookback, budgetShare) * seconds) / windowSeconds;
  return { eventTrue, uniform, differ: Math.abs(eventTrue - uniform) > 0.2 * Math.max(eventTrue, uniform) };
}
