import { kishEffectiveN, wilsonInterval } from '@plimsoll/statistics';

/** Sums over 0/1 scores x with weights w = 1 / inclusion probability: what the store gives. */
export interface WeightedSums {
  readonly sumW: number;
  readonly sumWx: number;
  readonly sumW2: number;
}

export interface WeightedRate {
  /** sum(w x) / sum(w) (Hajek). */
  readonly rate: number;
  /** Wilson's 95 % interval on the effective number of scores. */
  readonly low: number;
  readonly high: number;
  /** (sum w)^2 / sum(w^2) (Kish). */
  readonly effectiveN: number;
}

/** The rate of a sample that was drawn with unequal probabilities; null without scores. */
export function weightedRate({ sumW, sumWx, sumW2 }: WeightedSums): WeightedRate | null {
  if (sumW <= 0) return null;
  const rate = sumWx / sumW;
  const effectiveN = kishEffectiveN(sumW, sumW2);
  const { low, high } = wilsonInterval(rate * effectiveN, effectiveN, 0.95);
  return { rate, low, high, effectiveN };
}
