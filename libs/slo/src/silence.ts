import { alarmTier, reasonedJudgement } from './alarm.js';
import { alertRule, stepAlert } from './alert-state.js';
import type { AlertRule } from './alert-state.js';
import { initialTierStatus, type FoldedTransition, type TierStatus } from './alert-fold.js';
import { absentAfterSeconds } from './guards.js';
import { sliKindOf } from './kinds/index.js';
import type { JudgedObjective } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import type { PointTotals } from './point-totals.js';
import { silenceAlarms, type SilenceAlarm } from './silence-alarms.js';
import type { Tier } from './tiers.js';

/** Lengths of silence, in minutes, at which one looks whether something should have been there. */
const PROBES = [1, 2, 3, 5, 8, 13, 21] as const;
/** What was sampled may be decided this much later, in minutes: its newest points say nothing about silence yet. */
const DECISION_LAG = 15;

/** Weeks whose same hour says what to expect, and how many of them have to be known. */
export const FORECAST_WEEKS = 4;
const FEWEST_WEEKS = 2;
/** Silence counts as absence of data when chance brings it less often than this. */
const CHANCE = 0.005;

/** Minutes of absence after which it is an alarm of its own: D = max(5 min, F B L + 2 min) of the fastest tier. */
export function absentAfterMinutes({ tiers, budgetShare }: JudgedObjective): number {
  const fastest = tiers
    .filter(({ rule }) => rule !== 'outage')
    .reduce((a, b) => (b.longSeconds < a.longSeconds ? b : a));
  return absentAfterSeconds(fastest, budgetShare) / 60;
}

/**
 * Lower bound of what to expect, in events a minute: the least of the same hour of the week in the last four weeks.
 * null when fewer than two of these weeks are known. `counts`: events of that hour, null where points do not reach.
 */
export function forecastRate(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length < FEWEST_WEEKS ? null : Math.min(...known) / 60;
}

/** Minutes of silence at a Poisson rate that chance explains less than once in 200 times; infinite without traffic. */
export function tellingSilence(ratePerMinute: number | null): number {
  if (ratePerMinute === null || ratePerMinute <= 0) return Infinity;
  return -Math.log(CHANCE) / ratePerMinute;
}

function events({ population, eligible, outcomes }: PointTotals): number {
  return Math.max(population, eligible) + outcomes;
}

function lagOf({ definition }: JudgedObjective): number {
  return sliKindOf(definition.indicator.kind).sampled ? DECISION_LAG : 0;
}

/** Minutes before the end of a step that its sums have to reach back to, to tell how long it has been silent. */
export function silenceProbes(objective: JudgedObjective): number[] {
  return [...PROBES, absentAfterMinutes(objective)]
    .map((minutes) => minutes + lagOf(objective))
    .toSorted((a, b) => a - b);
}

/** The longest probed silence at the end of a series, in whole minutes; 0 when its last minute has events. */
export function silentMinutes(objective: JudgedObjective, series: PointSeries, end: number): number {
  let silent = 0;
  for (const minutes of silenceProbes(objective)) {
    if (eventsWithin(series, end - minutes, end) > 0) break;
    silent = minutes - lagOf(objective);
  }
  return silent;
}

/** Events of a stretch, whatever kind counts them. */
export function eventsWithin(series: PointSeries, from: number, to: number): number {
  return events(series.totals(from, to).whole);
}

/** An alarm of an objective as a tier. */
export function silenceTier(objective: JudgedObjective, alarm: SilenceAlarm): Tier {
  const absent = alarm === 'absent';
  return alarmTier(
    silenceAlarms[alarm],
    absent ? absentAfterMinutes(objective) * 60 : insufficientAfterSeconds(objective),
  );
}

/** Twice the long window of the fastest tier without a single tier that could judge. */
function insufficientAfterSeconds({ tiers }: JudgedObjective): number {
  const burning = tiers.filter(({ rule }) => rule === 'burn_rate');
  return 2 * Math.min(...(burning.length > 0 ? burning : tiers).map(({ longSeconds }) => longSeconds));
}

export interface SilenceStep {
  readonly alarm: SilenceAlarm;
  readonly status: TierStatus | undefined;
  readonly minute: number;
  /** True while it is silent, or nothing can judge. */
  readonly holds: boolean;
  readonly reason: string;
}

/** One step of an alarm, at most once a minute; the same machine as every alert, so that it is held and reopened alike. */
export function stepSilence(
  objective: JudgedObjective,
  step: SilenceStep,
): { readonly tier: Tier; readonly status: TierStatus; readonly transition: FoldedTransition | null } {
  const tier = silenceTier(objective, step.alarm);
  const seconds = tier.longSeconds;
  // The length of absence is looked up in the points; that of too few samples is counted here, minute by minute.
  const rule: AlertRule = { ...alertRule(tier), forMinutes: step.alarm === 'absent' ? 1 : seconds / 60 };
  const before = step.status ?? initialTierStatus;
  const result = stepAlert(rule, before.alert, step.minute, { enter: step.holds, clean: !step.holds });
  const status = { ...before, alert: result.status };
  if (result.transition === null) return { tier, status, transition: null };
  const judgement = reasonedJudgement(step.holds, step.reason, seconds);
  return { tier, status, transition: { ...result.transition, judgement, flapping: result.status.flapping } };
}
