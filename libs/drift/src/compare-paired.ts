import { PlimsollError, type DriftFeature } from '@plimsoll/contract';
import { benjaminiHochberg, mcnemarExact, normalInv, wilcoxonSignedRank } from '@plimsoll/statistics';
import { directionOf, MAX_Q, MIN_PER_SIDE, type Directions } from './compare-windows.js';
import type { WeightedSample } from './sample.js';
import { summarise } from './summary.js';
import { pick, type Column, type Window } from './window.js';

/** Rank-biserial correlation under this is nobody's incident. */
const RANK_FLOOR = 0.15;
/** Likewise a difference of shares under five points. */
const SHARE_FLOOR = 0.05;

/** Both windows in the order of their shared keys; a key that comes twice on a side is an error. */
export function pairWindows(reference: Window, current: Window): { reference: Window; current: Window } {
  const positions = (window: Window, name: string): Map<string, number> => {
    const found = new Map<string, number>();
    window.keys.forEach((key, index) => {
      if (key === null) return;
      if (found.has(key)) {
        throw new PlimsollError('invalid_input', `key ${key} occurs twice in the ${name}`, { field: 'key' });
      }
      found.set(key, index);
    });
    return found;
  };
  const before = positions(reference, 'reference');
  const after = positions(current, 'current observations');
  const shared = [...before.keys()].filter((key) => after.has(key));
  return {
    reference: pick(
      reference,
      shared.map((key) => before.get(key) ?? 0),
    ),
    current: pick(
      current,
      shared.map((key) => after.get(key) ?? 0),
    ),
  };
}

interface PairedTest {
  readonly test: DriftFeature['test'];
  readonly statistic: number | null;
  readonly p: number | null;
  readonly effect: number | null;
  readonly effectName: DriftFeature['effectName'];
  readonly effectFloor: number;
  /** Standard deviation of one pair's contribution, for the detectable effect. */
  readonly spread: number;
}

function testPairs(kind: Column['kind'], pairs: readonly (readonly [number, number])[]): PairedTest {
  if (kind === 'binary') {
    const lost = pairs.filter(([before, after]) => before > after).length;
    const won = pairs.filter(([before, after]) => before < after).length;
    return {
      test: 'mcnemar',
      statistic: null,
      p: lost + won === 0 ? null : mcnemarExact(lost, won),
      effect: Math.abs(won - lost) / pairs.length,
      effectName: 'shareDifference',
      effectFloor: SHARE_FLOOR,
      spread: Math.sqrt(Math.max(0.05, (lost + won) / pairs.length)),
    };
  }
  const result = wilcoxonSignedRank(pairs.map(([before, after]) => after - before));
  return {
    test: 'wilcoxon',
    statistic: result?.statistic ?? null,
    p: result?.p ?? null,
    effect: result ? Math.abs(result.rankBiserial) : 0,
    effectName: 'rankBiserial',
    effectFloor: RANK_FLOOR,
    spread: 2 / Math.sqrt(3),
  };
}

const sampleFrom = (values: readonly number[]): WeightedSample => ({
  values,
  weights: values.map(() => 1),
  uniform: true,
  effectiveN: values.length,
});

/**
 * The same prompts before and after: Wilcoxon for numbers, exact McNemar for yes/no, Benjamini-Hochberg over all.
 * Labels have no paired test here and are left out. Windows must come from `pairWindows`.
 */
export function comparePaired(reference: Window, current: Window, directions: Directions): DriftFeature[] {
  const tested = reference.columns.flatMap((column, index) => {
    const after = current.columns[index];
    if (column.side === 'input' || column.kind === 'categorical' || after === undefined) return [];
    const pairs = column.values.flatMap((before, position): [number, number][] => {
      const now = after.values[position];
      return typeof before === 'number' && typeof now === 'number' ? [[before, now]] : [];
    });
    return pairs.length < MIN_PER_SIDE ? [] : [{ column, pairs, result: testPairs(column.kind, pairs) }];
  });
  const family = tested.filter(({ result }) => result.p !== null);
  const adjusted = benjaminiHochberg(family.map(({ result }) => result.p ?? 1));
  const alpha = MAX_Q / Math.max(1, family.length);
  return tested.map((entry): DriftFeature => {
    const { column, pairs } = entry;
    const { spread, ...result } = entry.result;
    const position = family.indexOf(entry);
    const q = position < 0 ? null : (adjusted[position] ?? null);
    const before = summarise(sampleFrom(pairs.map(([value]) => value)), column.kind);
    const after = summarise(sampleFrom(pairs.map(([, value]) => value)), column.kind);
    return {
      name: column.name,
      kind: column.kind,
      side: column.side,
      ...result,
      q,
      cliffsDelta: null,
      wasserstein: null,
      psi: null,
      js: null,
      psiUncorrected: null,
      jsUncorrected: null,
      tail: null,
      newLevels: [],
      reference: before,
      current: after,
      drifted: q !== null && q <= MAX_Q && (result.effect ?? 0) >= result.effectFloor,
      direction: directionOf(directions[column.name], before.mean, after.mean),
      minimumDetectableEffect: Math.max(
        result.effectFloor,
        ((normalInv(1 - alpha / 2) + 0.8416) * spread) / Math.sqrt(pairs.length),
      ),
      distribution: null,
    };
  });
}
