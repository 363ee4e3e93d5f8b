/** One minute of an indicator: events and the badness among them. */
export interface BadnessPoint {
  /** Start of the minute, milliseconds since the epoch. */
  readonly at: number;
  readonly n: number;
  readonly bad: number;
}

export interface Onset {
  readonly at: number;
  /** 95 % profile-likelihood interval: instants that explain the points nearly as well. */
  readonly from: number;
  readonly to: number;
  readonly rateBefore: number;
  readonly rateAfter: number;
  /** Log-likelihood gained by the split. */
  readonly gain: number;
}

/** Half the 95 % quantile of chi-square with one degree of freedom. */
const halfWidth = 1.920729;
/** Less gain than this (10 to 1 after a search over all splits) is no change. */
const leastGain = 4.605;

/**
 * When badness began to rise: the split of the points into two binomial segments with the largest likelihood, the later
 * one worse; ties go to the earliest. Null when one rate explains the points as well. Points need not be contiguous,
 * but are in order of time.
 */
export function findOnset(points: readonly BadnessPoint[]): Onset | null {
  const seen = points.filter(({ n }) => n > 0);
  const n = seen.reduce((sum, point) => sum + point.n, 0);
  const bad = seen.reduce((sum, point) => sum + point.bad, 0);
  const whole = logLikelihood(n, bad);
  const gains: { at: number; gain: number; before: number; after: number }[] = [];
  let [n0, bad0] = [0, 0];
  for (const point of seen) {
    if (n0 > 0) {
      const [before, after] = [bad0 / n0, (bad - bad0) / (n - n0)];
      const gain = logLikelihood(n0, bad0) + logLikelihood(n - n0, bad - bad0) - whole;
      if (after > before) gains.push({ at: point.at, gain, before, after });
    }
    n0 += point.n;
    bad0 += point.bad;
  }
  const best = gains.reduce((top, split) => (split.gain > top.gain + 1e-9 ? split : top), gains[0] ?? nothing);
  if (best.gain < leastGain) return null;
  const close = gains.filter(({ gain }) => gain >= best.gain - halfWidth).map(({ at }) => at);
  return {
    at: best.at,
    from: Math.min(...close),
    to: Math.max(...close),
    rateBefore: best.before,
    rateAfter: best.after,
    gain: best.gain,
  };
}

const minuteMs = 60_000;

/**
 * How long after an onset a change may still be a candidate: half the onset's interval, and a minute more, since an onset
 * is known to the minute and changes to the second; within a minute nothing is before or after.
 */
export function onsetSlackMs({ from, to }: Pick<Onset, 'from' | 'to'>): number {
  return (to - from) / 2 + minuteMs;
}

const nothing = { at: 0, gain: Number.NEGATIVE_INFINITY, before: 0, after: 0 };

/** Of a binomial at its own rate, without the constant; 0 ln 0 = 0. Badness may be fractional. */
function logLikelihood(n: number, bad: number): number {
  const part = (count: number): number => (count > 0 ? count * Math.log(count / n) : 0);
  return part(bad) + part(n - bad);
}
