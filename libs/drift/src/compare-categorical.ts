import { chiSquare, fisherExact } from '@plimsoll/statistics';
import { divergence } from './bins.js';
import type { Comparison } from './comparison.js';
import { levelCounts, type WeightedSample } from './sample.js';
import type { Value } from './window.js';

/** V below this is nobody's incident, however sure it is. */
export const ASSOCIATION_FLOOR = 0.1;
/** The usual bound under which chi-square is doubtful. */
const MIN_EXPECTED = 5;
const OTHER = 'other';

interface Counted {
  readonly levels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Pools levels whose expected count on either side is under five into one. */
function pooled({ levels, reference, current }: Counted): Counted {
  const n = total(reference);
  const m = total(current);
  const rare = levels.map((_, index) => {
    const both = (reference[index] ?? 0) + (current[index] ?? 0);
    return (both * Math.min(n, m)) / (n + m) < MIN_EXPECTED;
  });
  if (rare.filter(Boolean).length < 2) return { levels, reference, current };
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, index) => !rare[index]);
  const rest = (counts: readonly number[]): number => total(counts.filter((_, index) => rare[index]));
  return {
    levels: [...keep(levels), OTHER],
    reference: [...keep(reference), rest(reference)],
    current: [...keep(current), rest(current)],
  };
}

/** The comparison of one pair of count rows. */
function compareCounts(counted: Counted, newLevels: readonly string[], n: number, m: number): Comparison {
  const table = [counted.reference, counted.current];
  const result = chiSquare(table);
  const fisher = counted.levels.length === 2 && result !== undefined && result.minExpected < MIN_EXPECTED;
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = table;
  const exact = fisher ? fisherExact(Math.round(a), Math.round(b), Math.round(c), Math.round(d)) : null;
  const effect = counted.levels.length > 2 ? (result?.cramersVBiasCorrected ?? null) : (result?.cramersV ?? null);
  return {
    test: fisher ? 'fisher' : 'chi_square',
    statistic: fisher ? null : (result?.statistic ?? null),
    p: exact ?? result?.p ?? null,
    effect: effect ?? (result === undefined ? 0 : null),
    effectName: 'V',
    effectFloor: ASSOCIATION_FLOOR,
    cliffsDelta: null,
    wasserstein: null,
    ...divergence(table, n, m),
    tail: null,
    newLevels,
    distribution: {
      buckets: [...counted.levels],
      reference: [...counted.reference],
      current: [...counted.current],
    },
  };
}

/** A yes/no feature: chi-square, or Fisher's exact test where an expected count is under five. */
export function compareBinary(reference: WeightedSample<number>, current: WeightedSample<number>): Comparison {
  const levels = [1, 0];
  const counted: Counted = {
    levels: ['yes', 'no'],
    reference: levelCounts(reference, levels),
    current: levelCounts(current, levels),
  };
  return compareCounts(counted, [], reference.effectiveN, current.effectiveN);
}

/** A feature with labels: chi-square with rare levels pooled; labels never seen before are named. */
export function compareCategorical(reference: WeightedSample<string>, current: WeightedSample<string>): Comparison {
  const known = new Set<Value>(reference.values);
  const levels = [...new Set([...reference.values, ...current.values])].sort();
  const counted = pooled({
    levels,
    reference: levelCounts(reference, levels),
    current: levelCounts(current, levels),
  });
  return compareCounts(
    counted,
    levels.filter((level) => !known.has(level)),
    reference.effectiveN,
    current.effectiveN,
  );
}
