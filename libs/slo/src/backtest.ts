import type { AlertEvidence } from '@plimsoll/contract';
import { foldTier, initialTierStatus } from './alert-fold.js';
import { replayIncidents } from './alert-state.js';
import type { JudgedObjective } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import type { Severity } from './tiers.js';

/** One alert that a definition would have sent; minutes since the epoch. */
export interface BacktestedPage {
  readonly tier: string;
  readonly severity: Severity;
  readonly firedAt: number;
  readonly resolvedAt: number | null;
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
          peakBurn: open.length === 0 ? null : open.reduce((peak, [, burn]) => Math.max(peak, burn), 0),
          reasons: fired?.judgement.evidence().reasons ?? [],
        };
      });
    })
    .toSorted((a, b) => a.firedAt - b.firedAt);
}
