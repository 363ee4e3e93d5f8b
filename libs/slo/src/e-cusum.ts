/**
 * e-CUSUM (e-detector of Shin, Ramdas and Rinaldo): M_0 = 0, M_t = max(1, M_{t-1}) (1 + lambda (x_t - B)), alarm at
 * M >= A. Between false alarms lie at least A scored samples on average whenever the conditional mean given the past is
 * at most B, whatever the distribution of x in [0, 1]. Kept as logarithms: an outage of a few thousand samples is
 * beyond the largest double.
 */
export interface Detector {
  readonly lambda: number;
  readonly budgetShare: number;
}

/** Natural logarithms of the current M of each detector; -Infinity before the first sample. */
export type DetectorState = readonly number[];

/** Rounding of the logarithms must not turn an exact M = A into a miss. */
const LOG_TOLERANCE = 1e-12;

/** Wald's stake against a design-bad rate q: (q - B) / (B (1 - B)), which makes the detector Page's likelihood ratio. */
export function detectorFor(designBad: number, budgetShare: number): Detector {
  return { lambda: (designBad - budgetShare) / (budgetShare * (1 - budgetShare)), budgetShare };
}

/**
 * Four detectors whose average is used when nobody knows how bad "bad" will be: q in {1.5, 2, 3, 5} B. A q of 1 or more
 * cannot be staked against (lambda must stay below 1/B), so for large budgets q is taken halfway to 1.
 */
export function averagedDetectors(budgetShare: number): Detector[] {
  return [1.5, 2, 3, 5].map((multiple) => {
    const q = multiple * budgetShare;
    return detectorFor(q < 1 ? q : (1 + budgetShare) / 2, budgetShare);
  });
}

export function startDetectors(detectors: readonly Detector[]): DetectorState {
  return detectors.map(() => -Infinity);
}

/** One more sample of badness x with weight w relative to the largest weight (both in [0, 1]). */
export function stepDetectors(
  detectors: readonly Detector[],
  state: DetectorState,
  x: number,
  relativeWeight = 1,
): DetectorState {
  return detectors.map((detector, index) => {
    const previous = Math.max(0, state[index] ?? -Infinity);
    return previous + Math.log1p(detector.lambda * relativeWeight * (x - detector.budgetShare));
  });
}

/** ln of the mean of the detectors. */
export function logMean(state: DetectorState): number {
  const largest = Math.max(...state);
  if (!Number.isFinite(largest)) return largest;
  const sum = state.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum / state.length);
}

/** True at an alarm, M >= A. */
export function isAlarm(state: DetectorState, threshold: number): boolean {
  return logMean(state) >= Math.log(threshold) - LOG_TOLERANCE;
}

export interface SequenceResult {
  /** ln M after each sample. */
  readonly logValues: readonly number[];
  /** M after each sample; the largest double where M is beyond it. */
  readonly values: readonly number[];
  /** 1-based number of the first sample at which M >= A. */
  readonly alarmAt: number | null;
}

/** Runs detectors over a whole sequence without a reset; `weights` are 1 / pi. */
export function runSequence(
  detectors: readonly Detector[],
  x: readonly number[],
  weights: readonly number[] | null,
  threshold: number,
): SequenceResult {
  const heaviest = weights === null ? 1 : Math.max(...weights);
  const logValues: number[] = [];
  let state = startDetectors(detectors);
  let alarmAt: number | null = null;
  for (const [index, value] of x.entries()) {
    state = stepDetectors(detectors, state, value, (weights?.[index] ?? heaviest) / heaviest);
    logValues.push(logMean(state));
    if (alarmAt === null && isAlarm(state, threshold)) alarmAt = index + 1;
  }
  const values = logValues.map((value) => Math.min(Number.MAX_VALUE, Math.exp(value)));
  return { logValues, values, alarmAt };
}

/** KL divergence of Bernoulli(q) from Bernoulli(B), nats a sample. */
export function bernoulliDivergence(q: number, budgetShare: number): number {
  const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return part(q, budgetShare) + part(1 - q, 1 - budgetShare);
}

/** First-order expected delay in scored samples, ln A / KL(q || B). */
export function expectedDelay(threshold: number, q: number, budgetShare: number): number {
  return Math.log(threshold) / bernoulliDivergence(q, budgetShare);
}

/** A = scored a day times the wanted days between false alarms. */
export function alarmThreshold(scoredPerDay: number, daysBetweenFalseAlarms: number): number {
  return Math.max(1, scoredPerDay * daysBetweenFalseAlarms);
}
