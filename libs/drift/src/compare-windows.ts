import { PlimsollError, type DriftFeature } from '@plimsoll/contract';
import { benjaminiHochberg } from '@plimsoll/statistics';
import { compareBinary, compareCategorical } from './compare-categorical.js';
import { compareNumeric } from './compare-numeric.js';
import type { Comparison } from './comparison.js';
import { detectableDistance, detectableShare, detectableV, shareEffect } from './power.js';
import { sampleOf, type WeightedSample } from './sample.js';
import { summarise } from './summary.js';
import type { Column, Window } from './window.js';

/** False discovery rate at which a feature is reported. */
export const MAX_Q = 0.01;
/** Likewise for the mix of questions, which comes first in a report and so must be surer. */
const MAX_INPUT_Q = 0.002;
/** Share of reports in which the tail rule may speak up without reason; split over the numeric features. */
const TAIL_ALPHA = 0.004;
/** Fewer values than this on either side are shown and not tested. */
export const MIN_PER_SIDE = 30;

export type Directions = Readonly<Record<string, 'higher' | 'lower'>>;

/** A feature with its comparison, before the family decides. */
interface Candidate {
  readonly column: Column;
  readonly reference: WeightedSample;
  readonly current: WeightedSample;
  readonly comparison: Comparison;
}

const notTested = (kind: Column['kind']): Comparison => ({
  test: 'none',
  statistic: null,
  p: null,
  effect: null,
  effectName: kind === 'numeric' ? 'D' : 'V',
  effectFloor: 0,
  cliffsDelta: null,
  wasserstein: null,
  psi: null,
  js: null,
  psiUncorrected: null,
  jsUncorrected: null,
  tail: null,
  newLevels: [],
  distribution: null,
});

function compareColumn(column: Column, reference: WeightedSample, current: WeightedSample): Comparison {
  if (reference.values.length < MIN_PER_SIDE || current.values.length < MIN_PER_SIDE) return notTested(column.kind);
  if (column.kind === 'categorical') {
    return compareCategorical(reference as WeightedSample<string>, current as WeightedSample<string>);
  }
  const [before, after] = [reference as WeightedSample<number>, current as WeightedSample<number>];
  return column.kind === 'binary' ? compareBinary(before, after) : compareNumeric(before, after);
}

/** Whether a move of this feature is good news, by its declared direction. */
export function directionOf(
  wanted: 'higher' | 'lower' | undefined,
  before: number | null,
  after: number | null,
): DriftFeature['direction'] {
  if (wanted === undefined || before === null || after === null || before === after) return 'neutral';
  return after > before === (wanted === 'higher') ? 'better' : 'worse';
}

/** Smallest effect that would have been found, in the effect's own unit, never under its floor. */
function detectable({ column, reference, current, comparison }: Candidate, alpha: number): number | null {
  const n = reference.effectiveN;
  const m = current.effectiveN;
  if (comparison.test === 'none') return null;
  if (comparison.effectName === 'D') return Math.max(comparison.effectFloor, detectableDistance(n, m, alpha));
  if (column.kind === 'categorical') {
    const levels = comparison.distribution?.buckets.length ?? 2;
    return Math.max(comparison.effectFloor, detectableV(n, m, levels, alpha));
  }
  const share =
    (reference.values as readonly number[]).reduce((sum, value) => sum + value, 0) / reference.values.length;
  return Math.max(comparison.effectFloor, shareEffect(share, detectableShare(share, n, m, alpha), n, m));
}

function finished(candidate: Candidate, q: number | null, family: Family, directions: Directions): DriftFeature {
  const { column, comparison } = candidate;
  const reference = summarise(candidate.reference, column.kind);
  const current = summarise(candidate.current, column.kind);
  const moved = q !== null && q <= family.maxQ && (comparison.effect ?? 0) >= comparison.effectFloor;
  const tail = comparison.tail && {
    share: comparison.tail.share,
    p: comparison.tail.p,
    drifted: comparison.tail.enough && comparison.tail.p <= TAIL_ALPHA / Math.max(1, family.tails),
  };
  return {
    name: column.name,
    kind: column.kind,
    side: column.side,
    ...comparison,
    newLevels: [...comparison.newLevels],
    q,
    tail,
    reference,
    current,
    drifted: moved || (tail?.drifted ?? false),
    direction: directionOf(directions[column.name], reference.mean, current.mean),
    minimumDetectableEffect: detectable(candidate, family.maxQ / Math.max(1, family.tests)),
  };
}

interface Family {
  readonly maxQ: number;
  readonly tests: number;
  readonly tails: number;
}

/**
 * One family of features compared: each by its own test, together by Benjamini-Hochberg. A feature has drifted when its
 * q is at most 0.01 AND its effect reaches the floor, or when the tail rule says so; PSI and JS never alarm.
 */
function compareFamily(
  reference: Window,
  current: Window,
  side: (column: Column) => boolean,
  maxQ: number,
  directions: Directions,
): DriftFeature[] {
  const candidates = reference.columns.flatMap((column, index): Candidate[] => {
    const after = current.columns[index];
    if (!side(column) || after === undefined) return [];
    if (after.name !== column.name) {
      throw new PlimsollError('internal', `windows differ in column ${index}: ${column.name} and ${after.name}`);
    }
    const samples = [sampleOf(column, reference.weights), sampleOf(after, current.weights)] as const;
    return [{ column, reference: samples[0], current: samples[1], comparison: compareColumn(column, ...samples) }];
  });
  const tested = candidates.filter(({ comparison }) => comparison.p !== null);
  const family: Family = {
    maxQ,
    tests: tested.length,
    tails: candidates.filter(({ comparison }) => comparison.tail !== null).length,
  };
  const adjusted = benjaminiHochberg(tested.map(({ comparison }) => comparison.p ?? 1));
  const q = new Map(tested.map((candidate, index) => [candidate, adjusted[index] ?? 1]));
  return candidates.map((candidate) => finished(candidate, q.get(candidate) ?? null, family, directions));
}

/** Outputs and scores compared: the only features that can drift. */
export const compareOutputs = (reference: Window, current: Window, directions: Directions = {}): DriftFeature[] =>
  compareFamily(reference, current, ({ side }) => side !== 'input', MAX_Q, directions);

/** Inputs and strata compared: whether the mix of questions moved. */
export function compareInputs(reference: Window, current: Window): DriftFeature[] {
  const withStrata = (window: Window): Window => ({
    ...window,
    columns: [...window.columns, { name: 'stratum', side: 'input', kind: 'categorical', values: window.strata }],
  });
  return compareFamily(withStrata(reference), withStrata(current), ({ side }) => side === 'input', MAX_INPUT_Q, {});
}
