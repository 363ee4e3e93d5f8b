import type { AlertEvidence } from '@plimsoll/contract';
import { foldTier, initialTierStatus } from './alert-fold.js';
import { replayIncidents } from './alert-state.js';
import { sliKindOf } from './kinds/index.js';
import type { JudgedObjective } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import { exact, toNumber } from './rational.js';
import { detectionSeconds, resetSeconds } from './tier-delays.js';
import type { Severity, Tier } from './tiers.js';

/** One alert that a definition would have sent; minutes since the epoch. */
export interface BacktestedPage {
  readonly tier: string;
  readonly severity: Severity;
  readonly firedAt: number;
  readonly resolvedAt: number | null;
  /** First minute of what fired: from here on more was bad than the target allows. */
  readonly beganAt: number;
  /** First minute after it; null while it is open. */
  readonly endedAt: number | null;
  /** Largest burn of the long window while it was open. */
  readonly peakBurn: number | null;
  readonly reasons: AlertEvidence['reasons'];
}

/** The alerts a definition would have sent over history: the live fold, minute by minute, from a clean state. */
export function backtestObjective(
  objective: JudgedObjective,
  series: PointSeries,
  from: number,
  to: number,
): BacktestedPage[] {
  return objective.tiers
    .flatMap((tier) => {
      const burns = new Map<number, number>();
      const { transitions } = foldTier({
        objective,
        tier,
        series,
        status: initialTierStatus,
        from,
        to,
        observe: (minute, { burnLong }) => {
          if (burnLong !== null && burnLong > 0) burns.set(minute, burnLong);
        },
      });
      return replayIncidents(transitions).map((incident) => {
        const fired = transitions.find(({ minute }) => minute === incident.openedAt);
        const open = [...burns].filter(
          ([minute]) => minute >= incident.openedAt && minute < (incident.resolvedAt ?? to),
        );
        return {
          tier: tier.name,
          severity: tier.severity,
          firedAt: incident.openedAt,
          resolvedAt: incident.resolvedAt,
          beganAt: beginningOf(objective, series, incident.openedAt - tier.longSeconds / 60 + 1, incident.openedAt),
          endedAt:
            incident.resolvedAt === null ? null : endOf(objective, series, incident.openedAt, incident.resolvedAt),
          peakBurn: open.length === 0 ? null : open.reduce((peak, [, burn]) => Math.max(peak, burn), 0),
          reasons: fired?.judgement.evidence().reasons ?? [],
        };
      });
    })
    .toSorted((a, b) => a.firedAt - b.firedAt);
}

/**
 * Page's estimate of a change-point: the minute after the lowest point of the running sum of bad - B n within
 * [from, fired]. Bad minutes with good ones between them are one run.
 */
function beginningOf(objective: JudgedObjective, series: PointSeries, from: number, fired: number): number {
  let [sum, least, began] = [0, 0, from];
  for (let minute = from; minute < fired; minute++) {
    sum += excessOf(objective, series, minute);
    if (sum <= least) [least, began] = [sum, minute + 1];
  }
  return began;
}

/** The minute after the highest point of the same sum within [fired, resolved]. */
function endOf(objective: JudgedObjective, series: PointSeries, fired: number, resolved: number): number {
  let [sum, most, end] = [0, 0, fired];
  for (let minute = fired; minute <= resolved; minute++) {
    sum += excessOf(objective, series, minute);
    if (sum > most) [most, end] = [sum, minute + 1];
  }
  return end;
}

/** Badness of a minute above what its events allow. */
function excessOf(objective: JudgedObjective, series: PointSeries, minute: number): number {
  const { indicator } = objective.definition;
  const { eligible, bad } = sliKindOf(indicator.kind).eventSums(series.totals(minute, minute + 1).whole, indicator);
  return toNumber(exact(bad)) - toNumber(objective.budgetShare) * eligible;
}

/** How long a tier takes at constant bad shares, from a clean state; null where it never fires. */
export interface TierDelays {
  readonly tier: Tier;
  readonly delays: readonly {
    readonly errorRatio: number;
    readonly detectionSeconds: number | null;
    readonly resetSeconds: number | null;
  }[];
}

const shownRatios = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/** Detection and reset of each tier by the formula; for money, whose badness has no upper end, no shares are listed. */
export function tierDelays({ definition, tiers, budgetShare }: JudgedObjective): TierDelays[] {
  const ratios = sliKindOf(definition.indicator.kind).bounded ? shownRatios : [];
  return tiers.map((tier) => ({
    tier,
    delays: ratios.map((errorRatio) => ({
      errorRatio,
      detectionSeconds: detectionSeconds(tier, budgetShare, errorRatio),
      resetSeconds: resetSeconds(tier, budgetShare, errorRatio),
    })),
  }));
}
