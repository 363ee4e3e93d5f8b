import type { Indicator } from '@plimsoll/contract';
import { type Interval, normalInv } from '@plimsoll/statistics';

/** An answer that both the scorer and a person have judged: badness in [0, 1] of each. */
export interface JudgeLabel {
  readonly judge: number;
  readonly human: number;
}

/** How a judge errs where an answer is good or bad (badness 0 or 1): Rogan-Gladen takes it out of a share. */
interface ShareError {
  readonly kind: 'share';
  readonly labels: number;
  /** Answers that people call bad, and those of them that the judge calls bad. */
  readonly bad: number;
  readonly badFound: number;
  /** Answers that people call good, and those of them that the judge calls good. */
  readonly good: number;
  readonly goodFound: number;
}

/** How far a judge's mean lies from that of people: prediction-powered inference takes it out of a mean. */
interface MeanError {
  readonly kind: 'mean';
  readonly labels: number;
  /** Mean of human - judge over the labelled answers, and its variance. */
  readonly gap: number;
  readonly gapVariance: number;
}

export type JudgeError = ShareError | MeanError;

/** Double-labelled answers that a correction needs, and of each truth among them. */
export const LABELS_NEEDED = 100;
const TRUTHS_NEEDED = 10;
/** Least sensitivity + specificity - 1: below it a judge says little more than chance, and a correction would be noise. */
const LEAST_SKILL = 0.2;

export function judgeErrorOf(
  { measure }: Pick<Extract<Indicator, { kind: 'quality' }>, 'measure'>,
  labels: readonly JudgeLabel[],
): JudgeError {
  if (measure === 'mean') {
    const gaps = labels.map(({ judge, human }) => human - judge);
    const gap = gaps.reduce((sum, each) => sum + each, 0) / gaps.length;
    const spread = gaps.reduce((sum, each) => sum + (each - gap) ** 2, 0) / (gaps.length - 1);
    return { kind: 'mean', labels: labels.length, gap, gapVariance: spread / gaps.length };
  }
  const [bad, good] = [labels.filter(({ human }) => human > 0), labels.filter(({ human }) => human === 0)];
  return {
    kind: 'share',
    labels: labels.length,
    bad: bad.length,
    badFound: bad.filter(({ judge }) => judge > 0).length,
    good: good.length,
    goodFound: good.filter(({ judge }) => judge === 0).length,
  };
}

/** Why a judge's error is not taken out; null where it is. */
export function uncorrectedBecause(error: JudgeError): string | null {
  if (error.labels < LABELS_NEEDED) return `${error.labels} of ${LABELS_NEEDED} labels`;
  if (error.kind === 'mean') return null;
  const rarer = Math.min(error.bad, error.good);
  if (rarer < TRUTHS_NEEDED) {
    return `${rarer} of ${TRUTHS_NEEDED} labels that say ${error.bad < error.good ? 'bad' : 'good'}`;
  }
  const { sensitivity, specificity } = ratesOf(error);
  const skill = sensitivity + specificity - 1;
  return skill < LEAST_SKILL
    ? `the scorer finds ${Number(skill.toPrecision(2))} more of the bad than it blames of the good, too little to tell them apart`
    : null;
}

/** Share of the bad that the judge finds, and of the good that it does not blame. */
export function ratesOf({ bad, badFound, good, goodFound }: ShareError): {
  readonly sensitivity: number;
  readonly specificity: number;
} {
  return { sensitivity: badFound / bad, specificity: goodFound / good };
}

/** Rogan-Gladen: the true bad rate behind a judge of known sensitivity and specificity, clipped to [0, 1]. */
export function roganGladen(observed: number, sensitivity: number, specificity: number): number {
  return clipped((observed + specificity - 1) / (sensitivity + specificity - 1));
}

/** Prediction-powered mean: judge's mean over all, corrected by the mean gap human - judge of the labelled part. */
export function predictionPoweredMean(judgeMean: number, gaps: readonly number[]): number {
  return judgeMean + gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

/** The error ratio behind what the judge sees, clipped to [0, 1]. */
export function correctedRatio(observed: number, error: JudgeError): number {
  if (error.kind === 'mean') return clipped(observed + error.gap);
  const { sensitivity, specificity } = ratesOf(error);
  return roganGladen(observed, sensitivity, specificity);
}

/**
 * Interval of the corrected ratio, with what is not known of the judge in it. A share: Lang and Reiczigel, "Confidence
 * limits for prevalence of disease adjusted for estimated sensitivity and specificity", Prev. Vet. Med. 113 (2014) 13-22;
 * `n` is the design size of the sample, infinite for a census. A mean: the variances of both means are added.
 */
export function correctedInterval(
  sample: { readonly observed: number; readonly n: number; readonly standardError: number },
  error: JudgeError,
  level: number,
): Interval {
  const z = normalInv((1 + level) / 2);
  if (error.kind === 'mean') {
    const sampling = Number.isFinite(sample.n) ? sample.standardError ** 2 : 0;
    const spread = z * Math.sqrt(sampling + error.gapVariance);
    const middle = sample.observed + error.gap;
    return { low: clipped(middle - spread), high: clipped(middle + spread) };
  }
  const z2 = z * z;
  const isCensus = !Number.isFinite(sample.n);
  const apparent = isCensus ? sample.observed : (sample.n * sample.observed + z2 / 2) / (sample.n + z2);
  const sensitivity = (error.badFound + 1) / (error.bad + 2);
  const specificity = (error.goodFound + 1) / (error.good + 2);
  const skill = sensitivity + specificity - 1;
  const ratio = (apparent + specificity - 1) / skill;
  const ofSample = isCensus ? 0 : (apparent * (1 - apparent)) / (sample.n + z2);
  const ofBad = (sensitivity * (1 - sensitivity)) / (error.bad + 2);
  const ofGood = (specificity * (1 - specificity)) / (error.good + 2);
  const shift = 2 * z2 * (ratio * ofBad - (1 - ratio) * ofGood);
  const spread = (z / skill) * Math.sqrt(ofSample + ratio ** 2 * ofBad + (1 - ratio) ** 2 * ofGood);
  return { low: clipped(ratio + shift - spread), high: clipped(ratio + shift + spread) };
}

/**
 * What such a judge is seen to call bad where `ratio` is bad: at most that, where the labels leave it open (95 %), so
 * that detectors which look at the judge's verdicts one by one do not take its errors for a drop.
 */
export function observedAtMost(ratio: number, error: JudgeError): number {
  const oneSided = normalInv(0.95);
  if (error.kind === 'mean') return inner(ratio - error.gap + oneSided * Math.sqrt(error.gapVariance));
  const { sensitivity, specificity } = ratesOf(error);
  const ofBad = (ratio ** 2 * sensitivity * (1 - sensitivity)) / error.bad;
  const ofGood = ((1 - ratio) ** 2 * specificity * (1 - specificity)) / error.good;
  return inner(ratio * sensitivity + (1 - ratio) * (1 - specificity) + oneSided * Math.sqrt(ofBad + ofGood));
}

function clipped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** A detector needs a share that may be passed. */
function inner(share: number): number {
  return Math.min(0.95, Math.max(1e-6, share));
}
