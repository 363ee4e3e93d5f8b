import type { EventSums } from './budget.js';

export interface MinutePoint extends EventSums {
  /** Start of the minute, milliseconds since the epoch. */
  readonly t: number;
  readonly bad: number;
}

/** Sums over any lookback of a series of minutes; gaps are minutes without traffic, never an average of averages. */
export class MinuteSeries {
  private readonly times: number[] = [];
  private readonly eligibleBefore: number[] = [0];
  private readonly badBefore: number[] = [0];

  constructor(points: readonly MinutePoint[]) {
    const ordered = points.toSorted((a, b) => a.t - b.t);
    let eligible = 0;
    let bad = 0;
    for (const point of ordered) {
      eligible += point.eligible;
      bad += point.bad;
      this.times.push(point.t);
      this.eligibleBefore.push(eligible);
      this.badBefore.push(bad);
    }
  }

  /** Sums of the points with from <= t < to. */
  sums(from: number, to: number): EventSums & { readonly bad: number } {
    const first = this.position(from);
    const last = Math.max(first, this.position(to));
    return {
      eligible: (this.eligibleBefore[last] ?? 0) - (this.eligibleBefore[first] ?? 0),
      bad: (this.badBefore[last] ?? 0) - (this.badBefore[first] ?? 0),
    };
  }

  get first(): number | null {
    return this.times[0] ?? null;
  }

  /** Number of points before an instant. */
  private position(instant: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] ?? 0) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
