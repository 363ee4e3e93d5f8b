import { kishEffectiveN } from '@plimsoll/statistics';
import { type SampledEstimate, stratifiedEstimate, weightedEstimate } from './sampled.js';

/** Additive sums of one or many minutes, as `sli_points` keeps them; the one currency of all SLI kinds. */
export interface PointTotals {
  /** Events that could have been chosen. */
  readonly population: number;
  /** Events that count; for sampled kinds the scored ones. */
  readonly eligible: number;
  /** Raw count of bad events. */
  readonly bad: number;
  readonly sumW: number;
  readonly sumWx: number;
  readonly sumW2: number;
  readonly sumW2x: number;
  readonly sumW2x2: number;
  /** Money in units of 1e-12. */
  readonly cost: bigint;
  readonly outcomes: number;
  readonly selected: number;
  readonly settled: number;
  readonly excluded: number;
}

export const emptyTotals: PointTotals = {
  population: 0,
  eligible: 0,
  bad: 0,
  sumW: 0,
  sumWx: 0,
  sumW2: 0,
  sumW2x: 0,
  sumW2x2: 0,
  cost: 0n,
  outcomes: 0,
  selected: 0,
  settled: 0,
  excluded: 0,
};

export function addTotals(a: PointTotals, b: PointTotals): PointTotals {
  return {
    population: a.population + b.population,
    eligible: a.eligible + b.eligible,
    bad: a.bad + b.bad,
    sumW: a.sumW + b.sumW,
    sumWx: a.sumWx + b.sumWx,
    sumW2: a.sumW2 + b.sumW2,
    sumW2x: a.sumW2x + b.sumW2x,
    sumW2x2: a.sumW2x2 + b.sumW2x2,
    cost: a.cost + b.cost,
    outcomes: a.outcomes + b.outcomes,
    selected: a.selected + b.selected,
    settled: a.settled + b.settled,
    excluded: a.excluded + b.excluded,
  };
}

/** Totals of a window, with the strata they came from. */
export interface WindowTotals {
  readonly whole: PointTotals;
  readonly strata: readonly PointTotals[];
}

export const emptyWindow: WindowTotals = { whole: emptyTotals, strata: [] };

export function windowOfStrata(strata: readonly PointTotals[]): WindowTotals {
  const [only] = strata;
  return { whole: strata.length === 1 && only !== undefined ? only : strata.reduce(addTotals, emptyTotals), strata };
}

/**
 * Estimate of a sampled kind: post-stratified where every stratum knows its population, else Hajek's.
 * Where all of a known population was scored it is a census, and the interval has no width.
 */
export function sampledEstimate(window: WindowTotals): SampledEstimate {
  const known = window.strata.every((stratum) => stratum.population >= stratum.eligible);
  if (!known || window.whole.population === 0) return weightedEstimate(window.whole);
  const estimate = stratifiedEstimate(
    window.strata.map((stratum) => ({
      population: stratum.population,
      n: stratum.eligible,
      bad: stratum.sumW > 0 ? (stratum.eligible * stratum.sumWx) / stratum.sumW : 0,
    })),
  );
  const effectiveN = estimate.effectiveN || kishEffectiveN(window.whole.sumW, window.whole.sumW2);
  return { ...estimate, effectiveN, bad: window.whole.bad };
}

/** Scored / selected; 1 where nothing was selected. */
export function scoredShare(totals: PointTotals): number {
  return totals.selected > 0 ? Math.min(1, totals.eligible / totals.selected) : 1;
}
