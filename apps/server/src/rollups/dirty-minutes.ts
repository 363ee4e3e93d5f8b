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

/** Arrivals are compared by slots of this length. */
export const slotSeconds = 10;

export interface DirtyRange extends MinuteRange {
  /** Everything that is new in the range arrived at this moment of the store's clock or later, in microseconds. */
  readonly arrivedSinceMicros: bigint;
  /** What this process remembers once the range is recomputed. */
  readonly marks: readonly ArrivalMark[];
}

const minuteSeconds = 60;
const daySeconds = 86_400;
/** Clean minutes between two dirty ones that are cheaper to recompute along than a statement of their own. */
const gapSeconds = 3600;

/**
 * Remembers what had arrived when a minute was last recomputed. The passes overlap by two minutes and would recompute
 * each minute some twenty times without it; it is memory alone, and losing it costs only such repeats.
 */
export class ArrivalMemory {
  private known = new Map<string, string>();

  /**
   * The minutes in which something arrived that was not there at their last recompute, as ranges of one project and UTC
   * day, newest first. A range ends where more than an hour is clean.
   */
  dirtyRanges(marks: readonly ArrivalMark[]): DirtyRange[] {
    const present = new Map<string, string>();
    const dirty: ArrivalMark[] = [];
    for (const each of marks) {
      const key = markKey(each);
      const remembered = this.known.get(key);
      if (remembered !== undefined) present.set(key, remembered);
      if (remembered !== each.mark) dirty.push(each);
    }
    // What is no longer reported has left the window and cannot become dirty by itself.
    this.known = present;
    return groupsOf(dirty)
      .map(rangeOf)
      .sort((left, right) => right.from.getTime() - left.from.getTime());
  }

  recomputed(range: DirtyRange): void {
    for (const each of range.marks) this.known.set(markKey(each), each.mark);
  }
}

function markKey(mark: ArrivalMark): string {
  return `${mark.source} ${mark.project} ${mark.minute} ${mark.slot}`;
}

function groupsOf(marks: readonly ArrivalMark[]): ArrivalMark[][] {
  const groups: ArrivalMark[][] = [];
  const byProject = (left: ArrivalMark, right: ArrivalMark): number =>
    left.project < right.project ? -1 : left.project > right.project ? 1 : left.minute - right.minute;
  for (const mark of marks.toSorted(byProject)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && isNear(last, mark)) group.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function isNear(earlier: ArrivalMark, later: ArrivalMark): boolean {
  const sameDay = Math.floor(earlier.minute / daySeconds) === Math.floor(later.minute / daySeconds);
  return earlier.project === later.project && sameDay && later.minute - earlier.minute <= gapSeconds;
}

/** Of marks of one project in the order of their minutes. */
function rangeOf(marks: readonly ArrivalMark[]): DirtyRange {
  const first = marks.at(0);
  const last = marks.at(-1);
  const firstSlot = marks.reduce((least, { slot }) => Math.min(least, slot), Number.MAX_SAFE_INTEGER);
  return {
    projectId: first?.project ?? '',
    arrivedSinceMicros: BigInt(firstSlot) * BigInt(slotSeconds * 1_000_000),
    from: new Date((first?.minute ?? 0) * 1000),
    to: new Date(((last?.minute ?? 0) + minuteSeconds) * 1000),
    marks,
  };
}
