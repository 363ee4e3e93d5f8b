import { type ObjectiveSummary, type ObjectiveWrite, priceCurrency } from '@plimsoll/contract';
import {
  budgetShareOf,
  budgetState,
  estimateInterval,
  exhaustsInSeconds,
  judgedEstimate,
  objectiveTiers,
  percentText,
  sampledStatus,
  scoredShare,
  sliKindOf,
  toDecimalText,
  toNumber,
  type BudgetState,
  type ObjectiveWindow,
  plainSamples,
  type SampleTraits,
  type SampledEstimate,
  type Tier,
  type WindowTotals,
} from '@plimsoll/slo';

/** What the sums of a window say about an objective. */
export interface WindowView {
  readonly state: BudgetState;
  /** Sampled kinds only. */
  readonly estimate: SampledEstimate | null;
  /** Of the error ratio, 95 %. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export function windowView(
  definition: ObjectiveWrite,
  window: WindowTotals,
  samples: SampleTraits = plainSamples,
): WindowView {
  const kind = sliKindOf(definition.indicator.kind);
  const share = budgetShareOf(definition);
  if (!kind.sampled) {
    return {
      state: budgetState(kind.eventSums(window.whole, definition.indicator), share),
      estimate: null,
      interval: null,
    };
  }
  const estimate = judgedEstimate(window, samples);
  if (!(estimate.effectiveN > 0))
    return { state: budgetState({ eligible: 0, bad: 0 }, share), estimate, interval: null };
  // The rate is the estimate's; what it is a rate of is the population it was drawn from.
  const eligible = Math.max(window.whole.population, window.whole.eligible);
  const state = budgetState({ eligible, bad: estimate.errorRatio * eligible }, share);
  return { state, estimate, interval: estimateInterval(estimate, 0.95) };
}

type Status = ObjectiveSummary['status'];

export interface StatusInput {
  readonly definition: ObjectiveWrite;
  readonly window: WindowTotals;
  readonly view: WindowView;
  /** Tiers that are firing or resolving now. */
  readonly firing: readonly string[];
  readonly stale: boolean;
  /** Its alerts are frozen: no events where the last weeks had some. */
  readonly silent: boolean;
}

/** One word and one sentence. A sampled objective is judged by its interval, never by the point estimate. */
export function statusOf({ definition, window, view, firing, stale, silent }: StatusInput): {
  status: Status;
  reason: string;
} {
  const { state, estimate } = view;
  if (stale) return { status: 'no_data', reason: 'no pass over the minutes has finished for three minutes' };
  if (silent) return { status: 'no_data', reason: 'no events where the same hour of the last weeks had some' };
  if (estimate !== null) return sampledStatusOf(definition, window, estimate, firing);
  if (window.whole.eligible === 0 && window.whole.outcomes === 0) {
    return { status: 'no_traffic', reason: 'no eligible events in the window' };
  }
  if (state.remaining < 0) return { status: 'breached', reason: `${percent(-state.remaining)} over budget` };
  if (firing.length > 0) return { status: 'at_risk', reason: `${firing.join(' and ')} firing` };
  return { status: 'met', reason: `${percent(state.remaining)} of the budget remains` };
}

function sampledStatusOf(
  definition: ObjectiveWrite,
  window: WindowTotals,
  estimate: SampledEstimate,
  firing: readonly string[],
): { status: Status; reason: string } {
  if (window.whole.population === 0 && window.whole.eligible === 0) {
    return { status: 'no_traffic', reason: 'nothing to score in the window' };
  }
  const allowed = toNumber(budgetShareOf(definition));
  const status = sampledStatus(estimate, allowed, scoredShare(window.whole));
  if (status === 'insufficient') {
    return { status, reason: `${Math.round(estimate.effectiveN)} effective samples of at least 30, too few to judge` };
  }
  if (status === 'met' && firing.length > 0) return { status: 'at_risk', reason: `${firing.join(' and ')} firing` };
  const { low, high } = estimateInterval(estimate, 0.95);
  const range = low === high ? percent(low) : `between ${percent(low)} and ${percent(high)}`;
  return { status, reason: `${range} bad, ${percent(allowed)} allowed` };
}

/** The promise as a person says it, with what is counted where that is not calls. */
export function targetTextOf(definition: ObjectiveWrite): string {
  const text = sliKindOf(definition.indicator.kind).targetText(definition, definition.indicator);
  const { timeslice } = definition;
  return timeslice === undefined ? text : `${text}, counted in minutes that are ${percentText(timeslice.target)} good`;
}

/** The fastest tier's long window: what "burning now" means. */
export function recentSeconds(definition: ObjectiveWrite, window: ObjectiveWindow): number {
  const [fastest]: readonly Tier[] = objectiveTiers(definition, window.seconds);
  return fastest?.longSeconds ?? 3600;
}

export function recentBurnOf(definition: ObjectiveWrite, window: WindowTotals, samples: SampleTraits): number | null {
  if (window.whole.eligible === 0 && window.whole.outcomes === 0) return null;
  return windowView(definition, window, samples).state.burnRate;
}

/** Money in units of 1e-12 by how many it was spent on, as a decimal; null where it was on none. */
export function unitCostOf({ cost, outcomes }: Pick<WindowTotals['whole'], 'cost' | 'outcomes'>): string | null {
  return outcomes === 0 ? null : toDecimalText({ over: cost, under: 10n ** 12n * BigInt(outcomes) }, 12);
}

/** `1,234 of 5,000 failures`, or money for cost: what is spent of what may be spent. */
export function budgetText(definition: ObjectiveWrite, window: WindowTotals, state: BudgetState): string {
  const { indicator } = definition;
  if (indicator.kind === 'cost') {
    const { bad } = sliKindOf('cost').eventSums(window.whole, indicator);
    const room = Number(indicator.ceiling) - Number(indicator.expected);
    const spent = (typeof bad === 'number' ? bad : toNumber(bad)) * room;
    const allowed = (window.whole.outcomes * room).toFixed(2);
    if (spent < 0)
      return `${(-spent).toFixed(2)} ${priceCurrency} below the expected cost, ${allowed} above it allowed`;
    return `${spent.toFixed(2)} of ${allowed} ${priceCurrency} above the expected cost`;
  }
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  return `${count(state.consumed * state.allowedBad)} of ${count(state.allowedBad)} ${definition.timeslice === undefined ? 'failures' : 'bad minutes'}`;
}

export function budgetView(
  definition: ObjectiveWrite,
  window: WindowTotals,
  view: WindowView,
  windowSeconds: number,
  recentBurn: number | null,
): ObjectiveSummary['budget'] {
  const known = window.whole.eligible > 0 || window.whole.outcomes > 0;
  const { state } = view;
  if (!known)
    return { remaining: null, consumed: null, allowedBad: null, exhaustsInSeconds: null, text: 'no events yet' };
  return {
    remaining: state.remaining,
    consumed: state.consumed,
    allowedBad: state.allowedBad,
    exhaustsInSeconds: recentBurn === null ? null : exhaustsInSeconds(state.remaining, windowSeconds, recentBurn),
    text: budgetText(definition, window, state),
  };
}

/** Units of 1e-12 as a decimal string. */
export function picoText(pico: bigint): string {
  return toDecimalText({ over: pico, under: 10n ** 12n }, 12);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
