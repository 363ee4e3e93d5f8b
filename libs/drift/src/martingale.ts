/** Bins of the bettor's histogram over [0, 1]. */
const BINS = 8;

/** Wealth at which a stream is said to have drifted: at most 1 % of streams without drift ever reach it (Ville). */
export const ALARM_WEALTH = 100;

/** State of one stream: small enough to be stored with each (segment, feature). */
export interface Martingale {
  /** Reference and all values seen, ascending: p-values stay exact only if the reference grows with the stream. */
  readonly sorted: readonly number[];
  readonly counts: readonly number[];
  readonly logWealth: number;
  /** Values of the stream so far. */
  readonly seen: number;
}

/** A fresh stream against a reference. Start anew at every version boundary and after an alarm was acknowledged. */
export const startMartingale = (reference: readonly number[]): Martingale => ({
  sorted: [...reference].sort((a, b) => a - b),
  counts: Array.from({ length: BINS }, () => 0),
  logWealth: 0,
  seen: 0,
});

function firstIndex(sorted: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * One value more: its smoothed conformal rank p-value is uniform while nothing drifts; a histogram bettor with a
 * Dirichlet(1) prior gains as soon as it is not (Vovk, Gammerman and Shafer 2005). `tie` in [0, 1) breaks ties.
 */
export function stepMartingale(state: Martingale, value: number, tie: number): Martingale {
  const from = firstIndex(state.sorted, (other) => other >= value);
  const to = firstIndex(state.sorted, (other) => other > value);
  const greater = state.sorted.length - to;
  const p = (greater + tie * (to - from + 1)) / (state.sorted.length + 1);
  const bin = Math.min(BINS - 1, Math.floor(p * BINS));
  const density = (BINS * ((state.counts[bin] ?? 0) + 1)) / (state.seen + BINS);
  return {
    sorted: [...state.sorted.slice(0, from), value, ...state.sorted.slice(from)],
    counts: state.counts.map((count, index) => (index === bin ? count + 1 : count)),
    logWealth: state.logWealth + Math.log(density),
    seen: state.seen + 1,
  };
}

export const hasAlarmed = (state: Martingale): boolean => state.logWealth >= Math.log(ALARM_WEALTH);
