import {
  PlimsollError,
  type AnyThreshold,
  type DropSpec,
  type ObjectiveWrite,
  type ThresholdSpec,
} from '@plimsoll/contract';
import { calendarPeriod } from './calendar.js';
import { durationSeconds, durationText } from './duration.js';
import { exhaustionTier } from './exhaustion.js';
import { errorClasses } from './kinds/error.js';
import { sliKindOf } from './kinds/index.js';
import { outageRule, outageTier } from './outage.js';
import { type Rational, compare, decimal, divide, fraction, multiply, subtract } from './rational.js';
import { selfTestAlarm, silenceAlarms } from './silence-alarms.js';
import { type Tier, lintTiers, resolveTiers, stretchTier } from './tiers.js';

/** Start and end in milliseconds since the epoch; for a rolling window the end is the instant it is judged at. */
export interface ObjectiveWindow {
  readonly seconds: number;
  readonly start: number;
  readonly end: number;
}

/** The window of an objective at an instant: the last N days, or the calendar period so far. */
export function objectiveWindow(definition: ObjectiveWrite, at: number): ObjectiveWindow {
  const { window } = definition;
  if (typeof window === 'string') {
    const seconds = durationSeconds(window, 'window');
    return { seconds, start: at - seconds * 1000, end: at };
  }
  const { start, end } = calendarPeriod(window.calendar, window.timeZone, at);
  return { seconds: (end - start) / 1000, start, end };
}

/** All tiers of an objective for its window: those of its policy, and after them the one that tells of an outage. */
export function objectiveTiers(definition: ObjectiveWrite, windowSeconds: number): Tier[] {
  const tiers = policyTiers(definition, windowSeconds);
  const { sampled, bounded } = sliKindOf(definition.indicator.kind);
  // Samples have detectors of their own, money has no most of its events, and a minute says nothing of how many there were.
  const counts = bounded && !sampled && definition.outage !== false && definition.timeslice === undefined;
  const pages = tiers.some(({ severity }) => severity === 'page');
  if (!counts || !pages || tiers.some(({ name }) => name === outageRule)) return tiers;
  return [...tiers, outageTier(budgetShareOf(definition), windowSeconds)];
}

/** Tiers of the policy for the objective's window, stretched where it asks for it. */
export function policyTiers(definition: ObjectiveWrite, windowSeconds: number): Tier[] {
  const kind = sliKindOf(definition.indicator.kind);
  const { policy } = definition;
  if (typeof policy === 'object' && 'thresholds' in policy) {
    const { thresholds, preset } = policy;
    const beside = preset === undefined ? [] : policyTiers({ ...definition, policy: preset }, windowSeconds);
    return [...beside, ...thresholdTiers(definition, thresholds, windowSeconds)];
  }
  const tiers = resolveTiers(policy, windowSeconds);
  if (!definition.stretch || !kind.bounded) return tiers;
  const share = budgetShareOf(definition);
  return tiers.map((tier) => stretchTier(tier, share, windowSeconds));
}

function thresholdTiers(
  definition: ObjectiveWrite,
  thresholds: readonly AnyThreshold[],
  windowSeconds: number,
): Tier[] {
  return thresholds.map((threshold, index) => {
    const field = `policy.thresholds[${index}]`;
    if ('exhaustsIn' in threshold) return exhaustionTier(threshold, windowSeconds, field);
    if ('drop' in threshold) return dropTier(threshold, windowSeconds, field);
    return plainTier(definition, threshold, windowSeconds, field);
  });
}

/** A plain threshold is a tier of one window whose factor is the bad share Y in units of the budget. */
function plainTier(definition: ObjectiveWrite, threshold: ThresholdSpec, windowSeconds: number, field: string): Tier {
  const { name, severity } = threshold;
  const seconds = durationSeconds(threshold.window, `${field}.window`);
  const factor = divide(badnessOver(definition, decimal(threshold.over, `${field}.over`)), budgetShareOf(definition));
  const budget = multiply(factor, fraction(seconds, windowSeconds));
  const forMinutes = Math.max(1, Math.ceil(durationSeconds(threshold.for, `${field}.for`) / 60));
  return { name, severity, longSeconds: seconds, shortSeconds: seconds, budget, factor, forMinutes, rule: 'threshold' };
}

/** A share x of the budget within w is a burn of x W / w: a burn-rate tier of one window. */
function dropTier({ name, severity, ...drop }: DropSpec, windowSeconds: number, field: string): Tier {
  const seconds = durationSeconds(drop.window, `${field}.window`);
  const budget = decimal(drop.drop, `${field}.drop`);
  const factor = multiply(budget, fraction(windowSeconds, seconds));
  return { name, severity, longSeconds: seconds, shortSeconds: seconds, budget, factor, forMinutes: 1, rule: 'drop' };
}

/** A ratio is itself; money is measured as its points are, in ceilings above what is expected. */
function badnessOver({ indicator }: ObjectiveWrite, over: Rational): Rational {
  if (indicator.kind !== 'cost') return over;
  const expected = decimal(indicator.expected, 'indicator.expected');
  return divide(subtract(over, expected), subtract(decimal(indicator.ceiling, 'indicator.ceiling'), expected));
}

export function budgetShareOf(definition: ObjectiveWrite): Rational {
  return sliKindOf(definition.indicator.kind).budgetShare(definition);
}

/** Findings that do not stop a save; null-safe for kinds without an upper end. */
export function objectiveWarnings(definition: ObjectiveWrite, windowSeconds: number): string[] {
  if (!sliKindOf(definition.indicator.kind).bounded) return [];
  return lintTiers(objectiveTiers(definition, windowSeconds), budgetShareOf(definition), windowSeconds);
}

/**
 * Refuses a definition that could never be judged as it is meant.
 * @throws PlimsollError `invalid_input` naming the field.
 */
export function checkDefinition(definition: ObjectiveWrite, at: number): void {
  const { indicator } = definition;
  if (indicator.kind !== 'cost' && !(Number(definition.target) > 0)) refuse('target', 'must be above 0 and below 1');
  if (indicator.kind === 'error') {
    const unknown = indicator.classes?.find((name) => !errorClasses.some((known) => known === name));
    if (unknown !== undefined) refuse('indicator.classes', `"${unknown}" is not one of ${errorClasses.join(', ')}`);
  }
  if (indicator.kind === 'cost') {
    if (compare(decimal(indicator.ceiling), decimal(indicator.expected)) <= 0) {
      refuse('indicator.ceiling', 'must be above indicator.expected');
    }
    if (indicator.per === 'outcome') checkOutcome(definition, indicator.outcome);
  }
  if (definition.timeslice !== undefined && indicator.kind !== 'latency' && indicator.kind !== 'error') {
    refuse('timeslice', 'only latency and error objectives count minutes');
  }
  checkPreset(definition);
  const window = objectiveWindow(definition, at);
  const names = objectiveTiers(definition, window.seconds).map(({ name }) => name);
  const alarms: readonly string[] = [...Object.values(silenceAlarms), selfTestAlarm];
  const reserved = names.find((name) => alarms.includes(name));
  if (reserved !== undefined) refuse('policy', `"${reserved}" is the name of an alarm that every objective has`);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) refuse('policy', `"${repeated}" is there twice`);
  const findings = objectiveWarnings(definition, window.seconds);
  if (findings[0] !== undefined && typeof definition.policy === 'object') refuse('policy', findings[0]);
}

/** A calendar month is 30 days long only now and then, and a period that has just begun has no budget to foresee from. */
function checkPreset({ policy, window }: ObjectiveWrite): void {
  const calendar = typeof window !== 'string';
  const foresees =
    typeof policy === 'object' && 'thresholds' in policy && policy.thresholds.some((each) => 'exhaustsIn' in each);
  if (calendar && foresees) refuse('policy', 'exhaustsIn is for windows of days, not for calendar windows');
  const preset = typeof policy === 'object' && 'thresholds' in policy ? policy.preset : policy;
  if (preset === 'sloth' && calendar) refuse('policy', 'sloth has no tables for calendar windows');
}

/** An outcome knows the feature and the customer of its trace; by an attribute its spend would be cut and it would not. */
function checkOutcome({ filter, groupBy }: ObjectiveWrite, outcome: string | undefined): void {
  if (outcome === undefined) refuse('indicator.outcome', 'is required');
  const keyed = (name: string): boolean => name.includes('.');
  const unknown = groupBy.find(keyed) ?? Object.keys(filter).find(keyed);
  if (unknown !== undefined) refuse(groupBy.includes(unknown) ? 'groupBy' : 'filter', `outcomes have no ${unknown}`);
}

function refuse(field: string, reason: string): never {
  throw new PlimsollError('invalid_input', `${field}: ${reason}`, { field });
}

/** `last 28 days`, `calendar month (Europe/Berlin)`. */
export function windowText({ window }: ObjectiveWrite): string {
  if (typeof window !== 'string') return `calendar ${window.calendar} (${window.timeZone})`;
  const text = durationText(durationSeconds(window, 'window'));
  return `last ${text.endsWith('d') ? `${text.slice(0, -1)} days` : text}`;
}
