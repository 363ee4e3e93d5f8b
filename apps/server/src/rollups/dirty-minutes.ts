import type { MinuteRange } from './minute-recompute.js';

/** What the store tells of one project, minute and slot of arrival: a hash over the rows that arrived in it. */
export interface ArrivalMark {
  /** The table whose rows arrived. */
  readonly source: string;
  readonly project: string;
  /** Seconds since the epoch. */
  readonly minute: number;
  /** Number of the arrival slot, counted since the epoch. */
  readonly slot: number;
  readonly mark: string;
}

export interface DirtyRange extends MinuteRange {
  /** What this process remembers once the range is recomputed. */
  readonly marks: readonly ArrivalMark[];
}

/** How far one range may reach: within one clock hour or one day (UTC). */
export type RangeReach = 'hour' | 'day';

const reachSeconds: Readonly<Record<RangeReach, number>> = { hour: 3600, day: 86_400 };
const minuteSeconds = 60;

/**
 * Remembers what had arrived when a minute was last recomputed. The passes overlap by two minutes and would recompute
 * each minute some twenty times without it; it is memory alone, and losing it costs only such repeats.
 */
export class ArrivalMemory {
  private known = new Map<string, string>();

  /**
   * The minutes in which something arrived that was not there at their last recompute, as one range a project and hour
   * or day, newest first. Clean minutes between two dirty ones are within the range: cheaper than a statement each.
   */
  dirtyRanges(marks: readonly ArrivalMark[], reach: RangeReach = 'hour'): DirtyRange[] {
    const present = new Map<string, string>();
    const groups = new Map<string, ArrivalMark[]>();
    for (const each of marks) {
      const key = markKey(each);
      const remembered = this.known.get(key);
      if (remembered !== undefined) present.set(key, remembered);
      if (remembered === each.mark) continue;
      const group = `${each.project} ${Math.floor(each.minute / reachSeconds[reach])}`;
      const list = groups.get(group);
      if (list) list.push(each);
      else groups.set(group, [each]);
    }
    // What is no longer reported has left the window and cannot become dirty by itself.
    this.known = present;
    return [...groups.values()].map(rangeOf).sort((left, right) => right.from.getTime() - left.from.getTime());
  }

  recomputed(range: DirtyRange): void {
    for (const each of range.marks) this.known.set(markKey(each), each.mark);
  }
}

function markKey(mark: ArrivalMark): string {
  return `${mark.source} ${mark.project} ${mark.minute} ${mark.slot}`;
}

function rangeOf(marks: readonly ArrivalMark[]): DirtyRange {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { minute } of marks) {
    first = Math.min(first, minute);
    last = Math.max(last, minute);
  }
  return {
    projectId: marks[0]?.project ?? '',
    from: new Date(first * 1000),
    to: new Date((last + minuteSeconds) * 1000),
    marks,
  };
}
