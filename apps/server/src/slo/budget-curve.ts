import type { ObjectiveSeries, ObjectiveWrite } from '@plimsoll/contract';
import { emptyWindow, type SampleTraits, type WindowTotals } from '@plimsoll/slo';
import { picoText, windowView } from './objective-view.js';

export interface BudgetBucket {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly window: WindowTotals;
}

export interface CurveInput {
  /** The window that the budget belongs to, up to `to`: all of its events set what was allowed. */
  readonly whole: WindowTotals;
  /** From the window's start to `from`. */
  readonly before: WindowTotals;
  /** Only those with events. */
  readonly buckets: readonly BudgetBucket[];
  readonly from: number;
  readonly to: number;
  readonly bucketSeconds: number;
  /** Taken out of every figure; null where it is not known. */
  readonly samples: SampleTraits;
}

type CurvePoint = ObjectiveSeries['points'][number];

/**
 * Burn-down anchored at the window's start: what was left of the budget of all of its events after each bucket. A
 * bucket without events has no ratio; its budget is that of the bucket before.
 */
export function budgetCurve(definition: ObjectiveWrite, input: CurveInput): CurvePoint[] {
  const byStart = new Map(input.buckets.map(({ start, window }) => [start, window]));
  const { allowedBad: allowed, consumed } = windowView(definition, input.whole, input.samples).state;
  // Of few events a correction leaves nothing or too much: each bucket takes its part of that of the whole.
  const seen = badOf(definition, input.whole);
  const scale = input.samples.judge === null || seen === 0 ? 1 : (consumed * allowed) / seen;
  let spent = scale * badOf(definition, input.before);
  const points: CurvePoint[] = [];
  for (let start = input.from; start < input.to; start += input.bucketSeconds * 1000) {
    const window = byStart.get(start) ?? emptyWindow;
    spent += scale * badOf(definition, window);
    points.push({
      ...bucketPoint(definition, start, window, input.samples),
      budgetRemaining: allowed > 0 ? 1 - spent / allowed : null,
    });
  }
  return points;
}

function badOf(definition: ObjectiveWrite, window: WindowTotals): number {
  const { state } = windowView(definition, window);
  return state.consumed * state.allowedBad;
}

function bucketPoint(
  definition: ObjectiveWrite,
  start: number,
  window: WindowTotals,
  samples: SampleTraits,
): Omit<CurvePoint, 'budgetRemaining'> {
  const { state, interval } = windowView(definition, window, samples);
  const isCost = definition.indicator.kind === 'cost';
  const { eligible, bad, outcomes, cost } = window.whole;
  return {
    t: new Date(start).toISOString(),
    eligible: isCost ? outcomes : eligible,
    bad,
    errorRatio: state.errorRatio,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    burnRate: state.errorRatio === null ? null : state.burnRate,
    cost: isCost ? picoText(cost) : null,
  };
}
