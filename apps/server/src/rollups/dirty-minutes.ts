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
  readonly rows: number;
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
/** Clean minutes between two dirty ones that are cheaper to recompute along than a statement of their own. */
const gapSeconds = 3600;

/**
 * How far one range may reach, in seconds: a range lies within one UTC day, hour, ten minutes or minute. A statement's
 * own cost speaks for long ranges, the rows of a busy project for short ones; the pass finds out which (RangeReach).
 */
const reaches = [86_400, 3_600, 600, 60] as const;

/** A range that took longer than this was too long, one below `quickMs` could be longer. */
const slowMs = 10_000;
const quickMs = 1_000;

/** Learns the reach of ranges from what they take: shorter at once, longer again only step by step. */
export class RangeReach {
  private level = 0;
  private slow = false;
  private longestMs = 0;

  get seconds(): number {
    return reaches[this.level] ?? minuteSeconds;
  }

  /** A failure that took a while ran into a limit and has to come back shorter; a quick one says nothing of the range. */
  took(durationMs: number, failed: boolean): void {
    this.longestMs = Math.max(this.longestMs, durationMs);
    this.slow ||= durationMs > (failed ? quickMs : slowMs);
  }

  /** Call it once a pass, when all its ranges were tried. */
  learn(): void {
    if (this.slow) this.level = Math.min(this.level + 1, reaches.length - 1);
    else if (this.longestMs < quickMs) this.level = Math.max(this.level - 1, 0);
    this.slow = false;
    this.longestMs = 0;
  }
}

/**
 * Remembers what had arrived when a minute was last recomputed. The passes overlap by two minutes and would recompute
 * each minute some twenty times without it; it is memory alone, and losing it costs only such repeats.
 */
export class ArrivalMemory {
  private known = new Map<string, string>();

  /**
   * The minutes in which something arrived that was not there at their last recompute, as ranges of one project and one
   * stretch of `reachSeconds`, newest first. A range ends where more than an hour is clean.
   */
  dirtyRanges(marks: readonly ArrivalMark[], reachSeconds: number = reaches[0]): DirtyRange[] {
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
    return groupsOf(dirty, reachSeconds)
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

function groupsOf(marks: readonly ArrivalMark[], reachSeconds: number): ArrivalMark[][] {
  const groups: ArrivalMark[][] = [];
  const byProject = (left: ArrivalMark, right: ArrivalMark): number =>
    left.project < right.project ? -1 : left.project > right.project ? 1 : left.minute - right.minute;
  for (const mark of marks.toSorted(byProject)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && isNear(last, mark, reachSeconds)) group.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function isNear(earlier: ArrivalMark, later: ArrivalMark, reachSeconds: number): boolean {
  const together = Math.floor(earlier.minute / reachSeconds) === Math.floor(later.minute / reachSeconds);
  return earlier.project === later.project && together && later.minute - earlier.minute <= gapSeconds;
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
