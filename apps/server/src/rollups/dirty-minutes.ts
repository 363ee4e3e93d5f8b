import type { MinuteRange } from './minute-recompute.js';
import type { ArrivalSlice } from './trace-rows.queries.js';

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

/** What a range may be. What a statement holds in memory is bounded by the rows, or by a minute that has more of them. */
export interface RangeLimits {
  readonly shortestSeconds: number;
  readonly mostRows: number;
  /** On a busy store an open minute is written once when it is so old, and again when it has ended; absent: only then. */
  readonly openLookSeconds?: number;
}

export const minuteLimits: RangeLimits = { shortestSeconds: 60, mostRows: 400_000, openLookSeconds: 30 };

/** After its end a minute is open for so long: nearly all that was sent in it has arrived by then. */
const lateSeconds = 10;
/** What arrived longer ago never waits: the next pass looks back 120 s from the start of this one. */
const longestWaitSeconds = 80;

/**
 * Whether an arrival may wait for a later pass: on a busy store, while its minute is open. A minute that closes with this pass
 * ended 60 s before it began, so whatever waits is in no closed minute. `written`: the minute was recomputed already.
 */
export function mayWait(
  mark: ArrivalMark,
  written: boolean,
  startedMicros: bigint,
  openLookSeconds = Number.POSITIVE_INFINITY,
): boolean {
  const started = Number(startedMicros / 1_000_000n);
  if (mark.slot * slotSeconds < started - longestWaitSeconds) return false;
  if (started >= mark.minute + minuteSeconds + lateSeconds) return false;
  return written || started < mark.minute + openLookSeconds;
}

/** A range that took longer than this was too long, one below `quickMs` could be longer. */
const slowMs = 10_000;
const quickMs = 1_000;

/** Learns the reach of ranges from what they take: shorter at once, longer again only step by step. */
export class RangeReach {
  private level = 0;
  private readonly last: number;
  private slow = false;
  private longestMs = 0;

  constructor(shortestSeconds: number = minuteSeconds) {
    this.last = reaches.filter((each) => each >= shortestSeconds).length - 1;
  }

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
    if (this.slow) this.level = Math.min(this.level + 1, this.last);
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
   * stretch of `reachSeconds`, newest first. A range ends where more than an hour is clean, and before a minute with which it
   * would have more than `mostRows` new rows. A minute is left dirty while all that is new in it `waits`.
   */
  dirtyRanges(
    marks: readonly ArrivalMark[],
    reachSeconds: number = reaches[0],
    mostRows = Number.POSITIVE_INFINITY,
    waits: (mark: ArrivalMark, written: boolean) => boolean = () => false,
  ): DirtyRange[] {
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
    const written = new Set(marks.filter((each) => present.has(markKey(each))).map(minuteKey));
    const due = minutesOf(dirty).filter((minute) => minute.some((mark) => !waits(mark, written.has(minuteKey(mark)))));
    return groupsOf(due, reachSeconds, mostRows)
      .map(rangeOf)
      .sort((left, right) => right.from.getTime() - left.from.getTime());
  }

  recomputed(range: DirtyRange): void {
    for (const each of range.marks) this.known.set(markKey(each), each.mark);
  }
}

/** Rows of traces are written for so many new spans at a time: a trace takes 3.4 KB in states. */
const sliceRows = 150_000;

/**
 * The arrivals of a range in slices of about `mostRows` new rows, oldest first: whole slots or equal parts of one that has
 * more rows. The last slot may still fill while the pass runs, as far as the one before it did; what arrives after its end is
 * for the next pass to find.
 */
export function arrivalSlices(range: DirtyRange, mostRows: number = sliceRows): ArrivalSlice[] {
  const rows = new Map<number, number>();
  for (const mark of range.marks) rows.set(mark.slot, (rows.get(mark.slot) ?? 0) + mark.rows);
  const slots = [...rows].toSorted(([left], [right]) => left - right);
  const starts: bigint[] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const [index, [slot, counted]] of slots.entries()) {
    const count = index === slots.length - 1 ? Math.max(counted, slots[index - 1]?.[1] ?? 0) : counted;
    const parts = Math.ceil(count / mostRows);
    for (let part = 0; part < parts; part += 1) {
      if (held + count / parts > mostRows) {
        starts.push(slotStart(slot) + BigInt(Math.round((part * slotSeconds * 1_000_000) / parts)));
        held = 0;
      }
      held += count / parts;
    }
  }
  const end = slotStart((slots.at(-1)?.[0] ?? 0) + 1);
  return starts.map((sinceMicros, index) => ({ sinceMicros, untilMicros: starts[index + 1] ?? end }));
}

function slotStart(slot: number): bigint {
  return BigInt(slot) * BigInt(slotSeconds * 1_000_000);
}

function minuteKey(mark: ArrivalMark): string {
  return `${mark.project} ${mark.minute}`;
}

function markKey(mark: ArrivalMark): string {
  return `${mark.source} ${mark.project} ${mark.minute} ${mark.slot}`;
}

function groupsOf(minutes: readonly ArrivalMark[][], reachSeconds: number, mostRows: number): ArrivalMark[][] {
  const groups: { readonly marks: ArrivalMark[]; rows: number }[] = [];
  for (const minute of minutes) {
    const rows = minute.reduce((sum, each) => sum + each.rows, 0);
    const group = groups.at(-1);
    const [last, first] = [group?.marks.at(-1), minute[0]];
    const near = last !== undefined && first !== undefined && isNear(last, first, reachSeconds);
    if (group !== undefined && near && group.rows + rows <= mostRows) {
      group.marks.push(...minute);
      group.rows += rows;
    } else groups.push({ marks: [...minute], rows });
  }
  return groups.map((group) => group.marks);
}

/** Marks of one minute of a project each, in their order. */
function minutesOf(marks: readonly ArrivalMark[]): ArrivalMark[][] {
  const byProject = (left: ArrivalMark, right: ArrivalMark): number =>
    left.project < right.project ? -1 : left.project > right.project ? 1 : left.minute - right.minute;
  const minutes: ArrivalMark[][] = [];
  for (const mark of marks.toSorted(byProject)) {
    const last = minutes.at(-1)?.[0];
    if (last?.project === mark.project && last.minute === mark.minute) minutes.at(-1)?.push(mark);
    else minutes.push([mark]);
  }
  return minutes;
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
    arrivedSinceMicros: slotStart(firstSlot),
    from: new Date((first?.minute ?? 0) * 1000),
    to: new Date(((last?.minute ?? 0) + minuteSeconds) * 1000),
    marks,
  };
}
