import { type Interval, clopperPearsonInterval, kishEffectiveN, wilsonInterval } from '@plimsoll/statistics';
import { type JudgeError, correctedInterval, correctedRatio } from './judge-error.js';

/** `census`: every event was scored, so nothing is left to estimate. `corrected`: the error of the judge is taken out. */
export type IntervalMethod = 'wilson' | 'clopper_pearson' | 'census' | 'corrected';
export type SampledStatus = 'met' | 'breached' | 'uncertain' | 'insufficient';

/** A sampled error ratio with all that is needed to judge it. */
export interface SampledEstimate {
  readonly errorRatio: number;
  /** Kish's size (sum w)^2 / sum(w^2). */
  readonly effectiveN: number;
  /** The size that a simple random sample of equal precision would have; the interval rests on it. */
  readonly designN: number;
  readonly standardError: number;
  /** Raw bad samples, unweighted. */
  readonly bad: number;
  /** Share of the population in strata without any sample: nothing is known of it, the interval must allow for both ends. */
  readonly unseenShare: number;
  /** What was seen, and how the judge that saw it errs; absent where `errorRatio` is what was seen. */
  readonly judged?: { readonly observed: number; readonly error: JudgeError };
}

export interface Stratum {
  /** Events in the stratum, scored or not; infinite when unknown. */
  readonly population: number;
  readonly n: number;
  readonly bad: number;
}

/** Sums of a weighted sample with weights w = 1 / pi and badness x in [0, 1], as `sli_points` keeps them. */
export interface WeightedSums {
  readonly bad: number;
  readonly sumW: number;
  readonly sumWx: number;
  readonly sumW2: number;
  readonly sumW2x: number;
  readonly sumW2x2: number;
}

const nothing: SampledEstimate = {
  errorRatio: Number.NaN,
  effectiveN: 0,
  designN: 0,
  standardError: Number.NaN,
  bad: 0,
  unseenShare: 0,
};

/** A simple random sample: bad of n. */
export function simpleEstimate(n: number, bad: number): SampledEstimate {
  if (n <= 0) return nothing;
  const rate = bad / n;
  return {
    errorRatio: rate,
    effectiveN: n,
    designN: n,
    standardError: Math.sqrt((rate * (1 - rate)) / n),
    bad,
    unseenShare: 0,
  };
}

/**
 * Hajek's estimate sum(w x) / sum(w). Its variance is the linearised one,
 * sum(w^2 (1 - pi) (x - R)^2) / (sum w)^2 for 0/1 badness; the interval rests on Kish's size.
 */
export function weightedEstimate(sums: WeightedSums): SampledEstimate {
  if (sums.sumW <= 0) return nothing;
  const rate = sums.sumWx / sums.sumW;
  const squared = sums.sumW2x2 - 2 * rate * sums.sumW2x + rate * rate * sums.sumW2;
  // w^2 (1 - pi) = w^2 - w; with x in {0, 1} the second part needs sum(w) and sum(w x) only.
  const kept = sums.sumWx - 2 * rate * sums.sumWx + rate * rate * sums.sumW;
  const effectiveN = kishEffectiveN(sums.sumW, sums.sumW2);
  return {
    errorRatio: rate,
    effectiveN,
    designN: effectiveN,
    standardError: Math.sqrt(Math.max(0, squared - kept)) / sums.sumW,
    bad: sums.bad,
    unseenShare: 0,
  };
}

/** The sums of single observations; `p` is the inclusion probability, above 0. */
export function weightedSums(items: readonly { readonly x: number; readonly p: number }[]): WeightedSums {
  const sums = { bad: 0, sumW: 0, sumWx: 0, sumW2: 0, sumW2x: 0, sumW2x2: 0 };
  for (const { x, p } of items) {
    const w = 1 / p;
    sums.bad += x > 0 ? 1 : 0;
    sums.sumW += w;
    sums.sumWx += w * x;
    sums.sumW2 += w * w;
    sums.sumW2x += w * w * x;
    sums.sumW2x2 += w * w * x * x;
  }
  return sums;
}

/**
 * Post-stratification: p = sum(N_h/N p_h), var = sum((N_h/N)^2 (1 - n_h/N_h) p_h (1 - p_h) / (n_h - 1)),
 * design size p (1 - p) / var.
 */
export function stratifiedEstimate(strata: readonly Stratum[]): SampledEstimate {
  const total = strata.reduce((sum, stratum) => sum + stratum.population, 0);
  const seen = strata.filter((stratum) => stratum.n > 0);
  const population = seen.reduce((sum, stratum) => sum + stratum.population, 0);
  if (population <= 0) return nothing;
  let rate = 0;
  let inverse = 0;
  for (const { population: size, n, bad } of seen) {
    rate += (size / population) * (bad / n);
    inverse += (size * size) / n;
  }
  const bad = seen.reduce((sum, stratum) => sum + stratum.bad, 0);
  const effectiveN = (population * population) / inverse;
  const variance = seen.reduce((sum, stratum) => sum + stratumVariance(stratum, population, rate), 0);
  const census = seen.every((stratum) => stratum.n >= stratum.population);
  return {
    errorRatio: rate,
    effectiveN,
    designN: census ? Infinity : designSize(rate, variance, effectiveN),
    standardError: Math.sqrt(variance),
    bad,
    unseenShare: total > 0 ? (total - population) / total : 0,
  };
}

function stratumVariance({ population, n, bad }: Stratum, total: number, overall: number): number {
  const share = population / total;
  const unsampled = Math.max(0, 1 - n / population);
  if (n === 1) return share * share * unsampled * overall * (1 - overall);
  const rate = bad / n;
  return (share * share * unsampled * rate * (1 - rate)) / (n - 1);
}

/** Strata that happen to be all good or all bad would claim no variance at all; then Kish's size speaks. */
function designSize(rate: number, variance: number, effectiveN: number): number {
  return variance > 0 ? (rate * (1 - rate)) / variance : effectiveN;
}

/** The same sample where samples share sessions: each says as much as 1 / `effect` of one of a session of its own. */
export function clusteredEstimate(estimate: SampledEstimate, effect: number): SampledEstimate {
  if (effect === 1) return estimate;
  return {
    ...estimate,
    effectiveN: estimate.effectiveN / effect,
    designN: estimate.designN / effect,
    standardError: estimate.standardError * Math.sqrt(effect),
  };
}

/** The same sample with the error of its judge taken out of the ratio, and into the interval. */
export function correctedEstimate(estimate: SampledEstimate, error: JudgeError): SampledEstimate {
  if (!(estimate.effectiveN > 0)) return estimate;
  const observed = estimate.errorRatio;
  return { ...estimate, errorRatio: correctedRatio(observed, error), judged: { observed, error } };
}

function methodFor(estimate: SampledEstimate): IntervalMethod {
  if (estimate.judged !== undefined) return 'corrected';
  if (estimate.designN === Infinity) return 'census';
  const k = Math.min(estimate.bad, estimate.errorRatio * estimate.designN);
  // n = 30 with rounding noise of the weights is still 30.
  return estimate.designN < 30 - 1e-9 || k < 5 - 1e-9 ? 'clopper_pearson' : 'wilson';
}

/** Two-sided interval of the error ratio: Wilson on the design size, Clopper-Pearson below 30 or fewer than 5 bad. */
export function estimateInterval(
  estimate: SampledEstimate,
  level: number,
): Interval & { readonly method: IntervalMethod } {
  const method = methodFor(estimate);
  const { unseenShare } = estimate;
  const bounds = boundsOf(estimate, method, level);
  const known = 1 - unseenShare;
  return { method, low: bounds.low * known, high: bounds.high * known + unseenShare };
}

function boundsOf(estimate: SampledEstimate, method: IntervalMethod, level: number): Interval {
  const { errorRatio, designN, standardError, judged } = estimate;
  if (judged !== undefined) {
    return correctedInterval({ observed: judged.observed, n: designN, standardError }, judged.error, level);
  }
  if (method === 'census') return { low: errorRatio, high: errorRatio };
  if (method === 'wilson') return wilsonInterval(errorRatio * designN, designN, level);
  return clopperPearsonInterval(errorRatio * designN, designN, level);
}

/** One-sided lower confidence bound of the error ratio. */
export function lowerBound(estimate: SampledEstimate, confidence: number): number {
  return estimateInterval(estimate, 2 * confidence - 1).low;
}

/** One-sided upper confidence bound of the error ratio. */
export function upperBound(estimate: SampledEstimate, confidence: number): number {
  return estimateInterval(estimate, 2 * confidence - 1).high;
}

export interface SufficiencyRule {
  /** Fewest effective samples that can be judged. */
  readonly minEffectiveN: number;
  /** Least share of the selected events that must have been scored. */
  readonly minScoredShare: number;
}

export const defaultSufficiency: SufficiencyRule = { minEffectiveN: 30, minScoredShare: 0.8 };

/**
 * Verdict of a sampled objective, from the interval and never from the point estimate.
 * `scoredShare` is scored / selected; 1 where that is not known.
 */
export function sampledStatus(
  estimate: SampledEstimate,
  budgetShare: number,
  scoredShare = 1,
  rule: SufficiencyRule = defaultSufficiency,
): SampledStatus {
  if (!(estimate.effectiveN >= rule.minEffectiveN - 1e-9) || scoredShare < rule.minScoredShare) return 'insufficient';
  const { low, high } = estimateInterval(estimate, 0.95);
  if (high < budgetShare) return 'met';
  return low > budgetShare ? 'breached' : 'uncertain';
}
