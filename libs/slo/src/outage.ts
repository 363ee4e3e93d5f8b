import { betaCdf, betaInv } from '@plimsoll/statistics';
import type { EventSums } from './budget.js';
import { durationText } from './duration.js';
import { type Rational, divide, exact, fraction, multiply, toNumber } from './rational.js';
import type { Tier } from './tiers.js';

/** The tier that pages when most calls fail, whatever the target: name of the tier, and of the setting that turns it off. */
export const outageRule = 'outage';

/** Minutes of the windows that are looked at, the shortest first: a busy service is known within one, a quiet one later. */
const WINDOW_MINUTES = [1, 2, 3, 5, 10] as const;
/** The window that has to calm down before the alert ends. */
const CALM_MINUTES = 5;
/** Chance that a service at the limit itself shows as many bad events as were seen. */
const CHANCE = 0.001;
const EXIT_SHARE = 0.9;

/** Lengths, in seconds, of the windows that an outage is told by. */
export const outageWindows: readonly number[] = WINDOW_MINUTES.map((minutes) => minutes * 60);

/**
 * The share of bad events above which most calls fail: halfway between what the objective allows and all of them, so at
 * least one half. In units of the budget it is the factor of the tier.
 */
export function outageTier(budgetShare: Rational, windowSeconds: number): Tier {
  const limit: Rational = { over: budgetShare.over + budgetShare.under, under: 2n * budgetShare.under };
  const factor = divide(limit, budgetShare);
  const longSeconds = Math.max(...outageWindows);
  return {
    name: outageRule,
    severity: 'page',
    rule: 'outage',
    longSeconds,
    shortSeconds: CALM_MINUTES * 60,
    budget: multiply(factor, fraction(longSeconds, windowSeconds)),
    factor,
    forMinutes: 1,
  };
}

/** `limit` as a share of events. */
export function outageLimit({ factor }: Tier, budgetShare: Rational): number {
  return toNumber(multiply(factor, budgetShare));
}

interface CountedWindow {
  readonly seconds: number;
  readonly eligible: number;
  readonly bad: number;
}

export interface OutageVerdict {
  readonly fires: boolean;
  readonly clean: boolean;
  /** The shortest window that proves it; where none does the longest. */
  readonly decisive: CountedWindow;
  /** The shortest window that has events. */
  readonly newest: CountedWindow;
}

/**
 * Pages when, in the last 1, 2, 3, 5 or 10 closed minutes, the exact lower confidence limit of the bad share (Clopper and
 * Pearson 1934, one-sided, 99.9 %) lies above the limit, and the newest events are still as bad. All of them bad takes 10
 * events at a target of 99.9 %, 11 at 95 %, 12 at 90 %. Clean when less than 0.9 of the limit is bad within five minutes.
 * @param minBad fewest bad events that the objective asks for.
 */
export function outageVerdict(limit: number, minBad: number, sumsOf: (seconds: number) => EventSums): OutageVerdict {
  const windows = outageWindows.map((seconds): CountedWindow => {
    const { eligible, bad } = sumsOf(seconds);
    return { seconds, eligible, bad: typeof bad === 'number' ? bad : toNumber(exact(bad)) };
  });
  const longest = windows.at(-1) ?? { seconds: 0, eligible: 0, bad: 0 };
  const newest = windows.find(({ eligible }) => eligible > 0) ?? longest;
  const proves = (window: CountedWindow): boolean =>
    window.bad >= minBad && isOver(window, limit) && isBeyondChance(window, limit);
  const proof = isOver(newest, limit) ? windows.find(proves) : undefined;
  const calm = windows.find(({ seconds, eligible }) => seconds >= CALM_MINUTES * 60 && eligible > 0) ?? longest;
  return {
    fires: proof !== undefined,
    clean: !isOver(calm, EXIT_SHARE * limit),
    decisive: proof ?? longest,
    newest,
  };
}

function isOver({ eligible, bad }: CountedWindow, limit: number): boolean {
  return eligible > 0 && bad > limit * eligible;
}

/** P(X >= bad) at the limit is I_limit(bad, n - bad + 1): below the chance exactly when the lower limit is above it. */
function isBeyondChance({ eligible, bad }: CountedWindow, limit: number): boolean {
  return betaCdf(limit, bad, eligible - bad + 1) < CHANCE;
}

/** Exact lower confidence limit of the bad share, one-sided. */
export function outageLowerLimit(bad: number, eligible: number): number {
  return bad > 0 ? betaInv(CHANCE, bad, eligible - bad + 1) : 0;
}

/** What was seen, as a sentence. */
export function outageReason({ decisive, fires }: OutageVerdict, limit: number): string {
  const { seconds, eligible, bad } = decisive;
  const seen = `${bad} of ${eligible} events bad within ${durationText(seconds)}`;
  const low = `at least ${percent(outageLowerLimit(bad, eligible))} of all with 99.9 % certainty`;
  return `${seen}: ${low}, ${fires ? 'and more' : 'where more'} than ${percent(limit)} is an outage`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
