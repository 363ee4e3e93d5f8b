import { type EventSums, exactBurn, exactVolumeBurn } from './budget.js';
import { defaultMinBad } from './guards.js';
import type { RoundedSums } from './kinds/sli-kind.js';
import { type Rational, compare, decimal, exact, fromNumber, multiply, one, toNumber } from './rational.js';
import type { Tier } from './tiers.js';

export interface TierOptions {
  /** Fewest bad events in the long window; null: the default of the severity. */
  readonly minBad: number | null;
  /** Compare the volume-aware burn instead; needs the sums of the whole window. */
  readonly volumeAware: boolean;
}

export interface TierVerdict {
  readonly burnLong: number | null;
  readonly burnShort: number | null;
  readonly volumeBurnLong: number | null;
  readonly volumeBurnShort: number | null;
  /** Both burns strictly above the factor and every guard passed; null when a window that decides is not known. */
  readonly fires: boolean | null;
  /** The short window is below the exit threshold; null when it is not known. */
  readonly clean: boolean | null;
  /** Why a tier whose burns are above the factor does not fire. */
  readonly held: string | null;
}

export interface TierWindows {
  readonly long: EventSums | null;
  readonly short: EventSums | null;
  readonly whole: EventSums | null;
  readonly windowSeconds: number;
}

const EXIT_SHARE = decimal('0.9');

/** Burn below which an alert counts as clean: 0.9 F for a page, 0.9 min(F, 1) for a ticket. */
export function exitThreshold(tier: Tier): Rational {
  const inBudget = tier.severity === 'ticket' && tier.rule === 'burn_rate' && compare(tier.factor, one) > 0;
  const base = inBudget ? one : tier.factor;
  return multiply(base, EXIT_SHARE);
}

/** Burns this close to a threshold, relative to it, are compared as exact fractions. */
const CLOSE = 1e-9;

interface RoundedTier {
  readonly factor: number;
  readonly exit: number;
}

const rounded = new WeakMap<Tier, RoundedTier>();

function roundedTier(tier: Tier): RoundedTier {
  const known = rounded.get(tier) ?? { factor: toNumber(tier.factor), exit: toNumber(exitThreshold(tier)) };
  rounded.set(tier, known);
  return known;
}

/**
 * `fires` and `clean` of `tierVerdict` without the volume-aware burn, in doubles; null where rounding might decide. Almost
 * all of a minute's verdicts of thousands of objectives are far from their thresholds.
 */
export function quickVerdict(
  tier: Tier,
  budgetShare: number,
  long: RoundedSums,
  short: RoundedSums,
  minBad: number | null,
): { readonly fires: boolean; readonly clean: boolean } | null {
  const { factor, exit } = roundedTier(tier);
  const overShort = isOver(short, budgetShare, factor);
  const overLong = isOver(long, budgetShare, factor);
  const dirty = isOver(short, budgetShare, exit);
  if (overShort === null || overLong === null || dirty === null) return null;
  const enough = long.bad >= (minBad ?? defaultMinBad[tier.severity]);
  return { fires: overLong && overShort && enough, clean: !dirty };
}

function isOver({ eligible, bad, noise }: RoundedSums, budgetShare: number, threshold: number): boolean | null {
  const allowed = eligible * budgetShare;
  const burn = eligible > 0 ? bad / allowed : 0;
  const margin = CLOSE * Math.abs(threshold) + (eligible > 0 ? noise / allowed : 0);
  return Math.abs(burn - threshold) <= margin ? null : burn > threshold;
}

/** Fire <=> b(L) > F and b(S) > F (a drop: >=) and bad(L) >= the least number of bad events. */
export function tierVerdict(
  tier: Tier,
  budgetShare: Rational,
  windows: TierWindows,
  options: TierOptions,
): TierVerdict {
  const plain = { long: burnOf(windows.long, budgetShare), short: burnOf(windows.short, budgetShare) };
  const volume = {
    long: volumeBurnOf(windows, windows.long, budgetShare, tier.longSeconds),
    short: volumeBurnOf(windows, windows.short, budgetShare, tier.shortSeconds),
  };
  const decisive = options.volumeAware ? volume : plain;
  const above = and(isAbove(decisive.long, tier), isAbove(decisive.short, tier));
  const minBad = options.minBad ?? defaultMinBad[tier.severity];
  const bad = windows.long?.bad ?? null;
  const enough = bad === null ? null : compare(exact(bad), fromNumber(minBad)) >= 0;
  const exit = exitThreshold(tier);
  return {
    burnLong: numberOrNull(plain.long),
    burnShort: numberOrNull(plain.short),
    volumeBurnLong: numberOrNull(volume.long),
    volumeBurnShort: numberOrNull(volume.short),
    fires: and(above, enough),
    clean: decisive.short === null ? null : compare(decisive.short, exit) < 0,
    held: above === true && enough === false ? `fewer than ${minBad} bad events in the long window` : null,
  };
}

function burnOf(sums: EventSums | null, budgetShare: Rational): Rational | null {
  return sums === null ? null : exactBurn(sums, budgetShare);
}

function volumeBurnOf(
  windows: TierWindows,
  lookback: EventSums | null,
  budgetShare: Rational,
  seconds: number,
): Rational | null {
  if (lookback === null || windows.whole === null) return null;
  return exactVolumeBurn(lookback.bad, windows.whole.eligible, budgetShare, seconds, windows.windowSeconds);
}

/** Strictly, but for a drop, which is so much of the budget or more. */
function isAbove(burn: Rational | null, { rule, factor }: Tier): boolean | null {
  if (burn === null) return null;
  const order = compare(burn, factor);
  return order > 0 || (order === 0 && rule === 'drop');
}

/** Three-valued: false decides even when the other side is unknown. */
function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

function numberOrNull(value: Rational | null): number | null {
  return value === null ? null : toNumber(value);
}
