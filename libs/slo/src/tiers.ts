import { PlimsollError, type TierPreset, type TierRule } from '@plimsoll/contract';
import { durationSeconds, durationText } from './duration.js';
import { leastFactor } from './exhaustion.js';
import {
  type Rational,
  ceil,
  compare,
  decimal,
  divide,
  fraction,
  fromNumber,
  multiply,
  one,
  toNumber,
} from './rational.js';

export type Severity = 'page' | 'ticket';

/** One row of a burn-rate policy: fires while the burn of the long AND of the short window is above the factor. */
export interface Tier {
  readonly name: string;
  readonly severity: Severity;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  /** Share of the whole budget that is spent when the tier fires at its factor for its long window. */
  readonly budget: Rational;
  readonly factor: Rational;
  /** Consecutive closed minutes for which the condition must hold. */
  readonly forMinutes: number;
  /** What it fires by; only burn rates have windows to stretch. */
  readonly rule: TierRule;
}

/** A tier as a user writes it. */
export interface TierDefinition {
  readonly name: string;
  readonly severity: Severity;
  readonly long: string;
  readonly short: string;
  /** Decimal share of the budget, `0.02`. */
  readonly budget: string;
}

export type Policy = TierPreset | readonly TierDefinition[];

const rule: TierRule = 'burn_rate';
const HOUR = 3600;
const DAY = 86_400;

const rows = [
  { name: 'page fast', severity: 'page', long: HOUR, short: 300, budget: '0.02', shortWindowFactor: '13.44' },
  { name: 'page slow', severity: 'page', long: 6 * HOUR, short: 1800, budget: '0.05', shortWindowFactor: '3.5' },
  { name: 'ticket quick', severity: 'ticket', long: DAY, short: 2 * HOUR, budget: '0.10', shortWindowFactor: '1.4' },
  {
    name: 'ticket slow',
    severity: 'ticket',
    long: 3 * DAY,
    short: 6 * HOUR,
    budget: '0.10',
    shortWindowFactor: '0.98',
  },
] as const;

const pyrraRows = [
  { name: 'page fast', severity: 'page', long: 60, short: 5, wait: 2, factor: '14' },
  { name: 'page slow', severity: 'page', long: 360, short: 30, wait: 15, factor: '7' },
  { name: 'ticket quick', severity: 'ticket', long: 1440, short: 120, wait: 60, factor: '2' },
  { name: 'ticket slow', severity: 'ticket', long: 5760, short: 360, wait: 180, factor: '1' },
] as const;

/** Per cent of the budget of each row, by days of the window. */
const slothPercents: Readonly<Record<number, readonly [string, string, string, string]>> = {
  7: ['8', '12.5', '20', '42'],
  28: ['2', '5', '10', '10'],
  30: ['2', '5', '10', '10'],
};

/** The tiers of a policy for a window of `windowSeconds`, fastest first. */
export function resolveTiers(policy: Policy, windowSeconds: number): Tier[] {
  if (policy === 'google') return googleTiers(windowSeconds);
  if (policy === 'pyrra') return pyrraTiers(windowSeconds);
  if (policy === 'sloth') return slothTiers(windowSeconds);
  return policy.map((tier, index) => customTier(tier, index, windowSeconds));
}

/**
 * SRE workbook, chapter 5, table 5-8 for windows from 28 days up (2/5/10/10 % of the budget); below that the factors of
 * sloth's 7-day table, because the same shares would give factors below 1 there: tickets while inside the budget.
 */
function googleTiers(windowSeconds: number): Tier[] {
  return rows.map((row, index) => {
    const tier = { name: row.name, severity: row.severity, longSeconds: row.long, shortSeconds: row.short, rule };
    const forMinutes = index === 0 ? 1 : 2;
    if (windowSeconds >= 28 * DAY) {
      const budget = decimal(row.budget);
      return { ...tier, budget, factor: factorOf(budget, windowSeconds, row.long), forMinutes };
    }
    const factor = decimal(row.shortWindowFactor);
    return { ...tier, budget: budgetOf(factor, windowSeconds, row.long), factor, forMinutes };
  });
}

/**
 * sloth's own tables: `internal/alert/windows/google-28d.yaml` and `google-30d.yaml`, `examples/windows/7d.yaml`. Its
 * alerts have no `for`: a tier fires in the first minute in which both windows burn.
 * @throws PlimsollError `invalid_input` for other windows, for which sloth has no table either.
 */
function slothTiers(windowSeconds: number): Tier[] {
  const percents = slothPercents[windowSeconds / DAY];
  if (percents === undefined) {
    throw new PlimsollError('invalid_input', 'policy: sloth has tables for windows of 7d, 28d and 30d', {
      field: 'policy',
    });
  }
  return rows.map(({ name, severity, long, short }, index) => {
    const budget = divide(decimal(percents[index] ?? '0'), fromNumber(100));
    const factor = factorOf(budget, windowSeconds, long);
    return { name, severity, longSeconds: long, shortSeconds: short, budget, factor, forMinutes: 1, rule };
  });
}

/** Pyrra keeps the factors 14/7/2/1 and scales the windows of its 28-day table, rounded to the minute. */
function pyrraTiers(windowSeconds: number): Tier[] {
  const scaled = (minutes: number): number => Math.max(1, Math.round((minutes * windowSeconds) / (28 * DAY)));
  return pyrraRows.map((row) => {
    const longSeconds = scaled(row.long) * 60;
    const factor = decimal(row.factor);
    return {
      name: row.name,
      severity: row.severity,
      longSeconds,
      shortSeconds: scaled(row.short) * 60,
      budget: budgetOf(factor, windowSeconds, longSeconds),
      factor,
      forMinutes: scaled(row.wait),
      rule,
    };
  });
}

function customTier(tier: TierDefinition, index: number, windowSeconds: number): Tier {
  const field = `objective.policy[${index}]`;
  const longSeconds = durationSeconds(tier.long, `${field}.long`);
  const budget = decimal(tier.budget, `${field}.budget`);
  return {
    name: tier.name,
    severity: tier.severity,
    longSeconds,
    shortSeconds: durationSeconds(tier.short, `${field}.short`),
    budget,
    factor: factorOf(budget, windowSeconds, longSeconds),
    forMinutes: index === 0 ? 1 : 2,
    rule,
  };
}

/** F = p W / L. */
function factorOf(budget: Rational, windowSeconds: number, longSeconds: number): Rational {
  return multiply(budget, fraction(windowSeconds, longSeconds));
}

/** p = F L / W. */
function budgetOf(factor: Rational, windowSeconds: number, longSeconds: number): Rational {
  return multiply(factor, fraction(longSeconds, windowSeconds));
}

/**
 * Window stretching: L' = max(L, whole hours of 2 p W B), S' = L'/12, F' = p W / L'. The tier keeps its meaning (the
 * share of the budget) and can be reached at 50 % bad at the latest, also for loose targets.
 */
export function stretchTier(tier: Tier, budgetShare: Rational, windowSeconds: number): Tier {
  if (tier.rule !== 'burn_rate') return tier;
  const needed = multiply(multiply(tier.budget, fromNumber(2 * windowSeconds)), budgetShare);
  const longSeconds = Number(ceil(divide(needed, fromNumber(HOUR)))) * HOUR;
  if (longSeconds <= tier.longSeconds) return tier;
  return {
    ...tier,
    longSeconds,
    shortSeconds: longSeconds / 12,
    factor: factorOf(tier.budget, windowSeconds, longSeconds),
  };
}

/** A tier can fire only if a total failure burns faster than its factor, at its lowest: F B < 1. */
export function isReachable(tier: Tier, budgetShare: Rational): boolean {
  return compare(multiply(leastFactor(tier), budgetShare), one) < 0;
}

/** Loosest target at which a factor can be reached at all: T > 1 - 1/F. */
export function reachableAbove(factor: Rational): Rational {
  return { over: factor.over - factor.under, under: factor.over };
}

/** What a careful reviewer would refuse: tiers that fire inside the budget, or never. Empty when all is well. */
export function lintTiers(tiers: readonly Tier[], budgetShare: Rational, windowSeconds: number): string[] {
  const findings: string[] = [];
  for (const tier of tiers) {
    const factor = toNumber(tier.factor);
    if (tier.rule !== 'threshold' && compare(tier.factor, decimal('0.9')) <= 0) {
      findings.push(`${tier.name}: factor ${short(factor)} is not above 0.9, it would fire while inside the budget`);
    }
    if (!isReachable(tier, budgetShare)) {
      const least = leastFactor(tier);
      const needed = toNumber(reachableAbove(least)) * 100;
      findings.push(
        `${tier.name}: unreachable, factor ${short(toNumber(least))} needs a target above ${short(needed)} %; stretch its windows`,
      );
    }
    if (tier.longSeconds > windowSeconds) {
      findings.push(
        `${tier.name}: long window ${durationText(tier.longSeconds)} is longer than the objective's window`,
      );
    }
    if (tier.rule === 'burn_rate' && tier.shortSeconds >= tier.longSeconds) {
      findings.push(`${tier.name}: short window ${durationText(tier.shortSeconds)} is not shorter than the long one`);
    }
  }
  return findings;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
