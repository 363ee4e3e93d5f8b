import { alertRule, initialAlertStatus, stepAlert } from './alert-state.js';
import type { AlertSignal, AlertStatus, AlertTransitionStep } from './alert-state.js';
import { observedAtMost } from './judge-error.js';
import { designEffect } from './cluster-effect.js';
import { alarmThreshold, averagedDetectors, isAlarm, type Detector } from './e-cusum.js';
import { sliKindOf } from './kinds/index.js';
import { type JudgedObjective, type TierJudgement, judgeTier } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import type { PointTotals } from './point-totals.js';
import { toNumber } from './rational.js';
import type { Tier } from './tiers.js';

/** State of a tier between two closed minutes: plain data, stored after each step. */
export interface TierStatus {
  readonly alert: AlertStatus;
  /** ln M of the sustained-drop detectors; null for tiers that have none. */
  readonly detectors: readonly number[] | null;
  /** Minutes for which a sustained drop still counts, so that it outlives the tier's `for`. */
  readonly dropMinutes: number;
  /** Early warning: M is at or above the square root of what alarms. Who samples may look closer. */
  readonly warned?: true;
}

export const initialTierStatus: TierStatus = { alert: initialAlertStatus, detectors: null, dropMinutes: 0 };

export interface FoldedTransition extends AlertTransitionStep {
  readonly judgement: TierJudgement;
  readonly flapping: boolean;
}

export interface FoldResult {
  readonly status: TierStatus;
  readonly transitions: readonly FoldedTransition[];
}

export interface FoldInput {
  readonly objective: JudgedObjective;
  readonly tier: Tier;
  readonly series: PointSeries;
  readonly status: TierStatus;
  /** First minute to step and the first one not to, minutes since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Sees every judgement as it is made. */
  readonly observe?: (minute: number, judgement: TierJudgement) => void;
  /** Sees the state after each step. */
  readonly keep?: (minute: number, status: TierStatus) => void;
}

/** Days between two false alarms that the sustained-drop detector is set to. */
const FALSE_ALARM_DAYS = 90;
const MIN_ALARM_THRESHOLD = 1000;
const DAY_MINUTES = 1440;

/** Steps one tier through closed minutes, in order. Live evaluation, re-folding of late rows and backtest are this fold. */
export function foldTier(input: FoldInput): FoldResult {
  const { objective, tier, series } = input;
  const rule = alertRule(tier);
  const detectors = detectorsOf(objective, tier);
  const transitions: FoldedTransition[] = [];
  let { status } = input;
  for (let minute = input.from; minute < input.to; minute++) {
    const end = minute + 1;
    const drop = stepDrop(objective, tier, detectors, status, series, minute);
    const lookback = (seconds: number) => series.totals(end - seconds / 60, end);
    const judgement = judgeTier(objective, tier, lookback, drop.dropMinutes > 0);
    input.observe?.(minute, judgement);
    const { status: alert, transition } = stepAlert(rule, status.alert, minute, judgement.signal);
    if (transition !== null) transitions.push({ ...transition, judgement, flapping: alert.flapping });
    status = { alert, ...drop };
    input.keep?.(minute, status);
  }
  return { status, transitions };
}

/** One closed minute that nobody could read: the state freezes. */
export function stepWithoutData(
  tier: Tier,
  status: TierStatus,
  minute: number,
): { readonly status: TierStatus; readonly transition: AlertTransitionStep | null } {
  const signal: AlertSignal = 'no_data';
  const result = stepAlert(alertRule(tier), status.alert, minute, signal);
  return { status: { ...status, alert: result.status }, transition: result.transition };
}

/** Only the slowest ticket of a sampled objective listens for a sustained drop. */
function detectorsOf(objective: JudgedObjective, tier: Tier): readonly Detector[] | null {
  if (!sliKindOf(objective.definition.indicator.kind).sampled || tier.severity !== 'ticket') return null;
  const tickets = objective.tiers.filter(({ severity }) => severity === 'ticket');
  const slowest =
    tickets.findLast(({ rule }) => rule === 'burn_rate') ?? tickets.findLast(({ rule }) => rule === 'threshold');
  if (slowest?.name !== tier.name) return null;
  const allowed = toNumber(objective.budgetShare);
  const { judge } = objective.samples;
  return averagedDetectors(judge === null ? allowed : observedAtMost(allowed, judge));
}

function stepDrop(
  objective: JudgedObjective,
  tier: Tier,
  detectors: readonly Detector[] | null,
  status: TierStatus,
  series: PointSeries,
  minute: number,
): Omit<TierStatus, 'alert'> {
  if (detectors === null) return { detectors: null, dropMinutes: 0 };
  const left = Math.max(0, status.dropMinutes - 1);
  const current = status.detectors ?? detectors.map(() => 0);
  const { whole, strata } = series.totals(minute, minute + 1);
  if (whole.eligible === 0) return { detectors: current, dropMinutes: left, ...(status.warned && { warned: true }) };
  const day = series.totals(minute + 1 - DAY_MINUTES, minute + 1);
  const heaviest = Math.max(...day.strata.map(weightOf));
  const mean = objective.definition.indicator.kind === 'quality' && objective.definition.indicator.measure === 'mean';
  // Samples of a session fail together, so that what one of them gains is staked by all of them at once: each gain to the
  // power 1 / m is a fair game however alike they are (Hoelder), and 1 / effect is that for as alike as they are.
  const effect = designEffect(objective.samples.clusters);
  const next = detectors.map((detector, index) => {
    const gained = strata.map((stratum) => logGain(detector, stratum, weightOf(stratum) / heaviest, mean));
    return Math.max(0, current[index] ?? 0) + gained.reduce((sum, gain) => sum + gain, 0) / effect;
  });
  const threshold = Math.max(MIN_ALARM_THRESHOLD, alarmThreshold(day.whole.eligible / effect, FALSE_ALARM_DAYS));
  const warned = isAlarm(next, Math.sqrt(threshold)) ? ({ warned: true } as const) : {};
  if (!isAlarm(next, threshold)) return { detectors: next, dropMinutes: left, ...warned };
  return { detectors: detectors.map(() => 0), dropMinutes: tier.forMinutes };
}

function weightOf(stratum: PointTotals): number {
  return stratum.eligible > 0 ? stratum.sumW / stratum.eligible : 0;
}

/**
 * ln of the product of 1 + lambda w (x - B) over the samples of a minute and stratum, which share their weight. Points
 * keep no order within a minute, so M is cut at 1 once a minute instead of once a sample; the guarantee stays, because
 * each minute's product is itself an e-value. A mean counts as one sample a minute, since its parts are not kept.
 */
function logGain(detector: Detector, stratum: PointTotals, relativeWeight: number, mean: boolean): number {
  if (stratum.eligible === 0) return 0;
  const stake = detector.lambda * relativeWeight;
  if (mean) return Math.log1p(stake * (stratum.sumWx / stratum.sumW - detector.budgetShare));
  const good = stratum.eligible - stratum.bad;
  return (
    stratum.bad * Math.log1p(stake * (1 - detector.budgetShare)) + good * Math.log1p(-stake * detector.budgetShare)
  );
}
