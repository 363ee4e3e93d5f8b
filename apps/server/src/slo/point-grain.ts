/** Minutes since the epoch, `from` inclusive, `to` exclusive. */
export interface MinuteSpan {
  readonly from: number;
  readonly to: number;
}

/** What is read of `sli_points` and of `sli_hours` to have every sum between some edges. */
export interface PointGrain extends MinuteSpan {
  /** First minutes of the hours that are read minute by minute, in order; all others are read whole. */
  readonly splitHours: readonly number[];
}

const HOUR_MINUTES = 60;

/**
 * An hour is read minute by minute where an edge lies within it, and from `finestFrom` on: its row in `sli_hours` is
 * written a moment after its minutes, and what was just written must not be missed.
 */
export function pointGrain(edges: readonly number[], finestFrom = Infinity): PointGrain {
  let from = Infinity;
  let to = -Infinity;
  const split = new Set<number>();
  for (const edge of edges) {
    from = Math.min(from, edge);
    to = Math.max(to, edge);
    const hour = hourOf(edge);
    if (hour !== edge) split.add(hour);
  }
  for (let hour = hourOf(Math.max(finestFrom, from)); hour < to; hour += HOUR_MINUTES) split.add(hour);
  return { from, to, splitHours: [...split].toSorted((a, b) => a - b) };
}

function hourOf(minute: number): number {
  return Math.floor(minute / HOUR_MINUTES) * HOUR_MINUTES;
}
