import type { Objective } from '@plimsoll/contract';
import {
  detectionSeconds,
  durationText,
  isReachable,
  type JudgedObjective,
  judgeTier,
  type PointSeries,
  resetSeconds,
  sliKindOf,
  type Tier,
  toNumber,
  type WindowTotals,
} from '@plimsoll/slo';
import type { AlertInstance } from './alert-instance.entity.js';

type TierState = Objective['tiers'][number];

/** What a tier is, as the API says it everywhere. */
export function tierWords(tier: Tier): Pick<TierState, 'name' | 'rule' | 'severity' | 'long' | 'short' | 'factor'> {
  const { name, rule, severity, longSeconds, shortSeconds, factor } = tier;
  return {
    name,
    rule,
    severity,
    long: durationText(longSeconds),
    short: durationText(shortSeconds),
    factor: toNumber(factor),
  };
}

/** What the tiers of an objective say at the end of a minute (minutes since the epoch), and the states they are stored in. */
export function tierStates(
  objective: JudgedObjective,
  series: PointSeries,
  end: number,
  instances: readonly AlertInstance[],
): TierState[] {
  const { definition, budgetShare } = objective;
  const lookback = (seconds: number): WindowTotals => series.totals(end - seconds / 60, end);
  return objective.tiers.map((tier) => {
    const judgement = judgeTier(objective, tier, lookback);
    const { errorRatio, factor } = judgement.evidence();
    const states = instances.filter((each) => each.tier === tier.name).map(({ state }) => state);
    return {
      ...tierWords(tier),
      // As it is now: what is left of the budget moves the factor of its exhaustion.
      factor,
      burnLong: judgement.burnLong,
      burnShort: judgement.burnShort,
      fires: typeof judgement.signal === 'object' && judgement.signal.enter,
      state: worstState(states),
      reachable: !sliKindOf(definition.indicator.kind).bounded || isReachable(tier, budgetShare),
      detectionSeconds: errorRatio === null ? null : detectionSeconds(tier, budgetShare, errorRatio),
      resetSeconds: errorRatio === null ? null : resetSeconds(tier, budgetShare, errorRatio),
    };
  });
}

const stateOrder = ['firing', 'resolving', 'pending', 'no_data', 'insufficient'] as const;

/** Of the groups of a tier the one that needs attention most. */
function worstState(states: readonly AlertInstance['state'][]): TierState['state'] {
  return stateOrder.find((state) => states.includes(state)) ?? 'inactive';
}
