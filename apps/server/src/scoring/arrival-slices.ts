/** How many calls and log records arrived within one slot of `slotSeconds` of the store's clock. */
export interface ArrivalSlot {
  /** Counted since the epoch. */
  readonly slot: number;
  readonly rows: number;
  /** A hash over the rows: other as soon as one came or went. */
  readonly mark: string;
}

/** Arrivals that are looked through at once; microseconds of the store's clock, `until` exclusive. */
export interface ArrivalSlice {
  readonly since: bigint;
  readonly until: bigint;
  readonly slots: readonly ArrivalSlot[];
}

export const slotSeconds = 1;
const slotMicros = BigInt(slotSeconds * 1_000_000);

/** Rows come to a slot no later than this: longer than an insert may take plus the difference of two clocks. */
const lateMicros = 120_000_000n;

/**
 * What arrived, by slot, so that a backlog is not read again in each pass: only slots that may still gain rows are asked for
 * anew. It is memory alone, and losing it costs a read of the backlog.
 */
export class ArrivalLog {
  private slots: readonly ArrivalSlot[] = [];
  /** What is known: everything from here on that had arrived at `readAt`; microseconds of the store's clock. */
  private from: bigint | null = null;
  private readAt = 0n;

  /** Everything that arrived since a moment, with what `read` finds since another; `at` is now on the store's clock. */
  async since(
    since: bigint,
    at: bigint,
    read: (since: bigint) => Promise<readonly ArrivalSlot[]>,
  ): Promise<readonly ArrivalSlot[]> {
    const from = beginOfSlot(since);
    const settled = beginOfSlot(this.readAt - lateMicros);
    const isKnown = this.from !== null && this.from <= from && settled > from;
    const asked = isKnown ? settled : from;
    const kept = this.slots.filter((each) => startOf(each) >= from && startOf(each) < asked);
    this.slots = [...kept, ...(await read(asked))];
    this.from = from;
    this.readAt = at;
    return this.slots;
  }
}

/** Rows of one slice, give or take a slot: to hold so many against their roots takes some 100 MB. */
const sliceRows = 50_000;

/**
 * Cuts what arrived into slices, so that what a pass reads at once does not grow with the load, and leaves out what is
 * done: slots whose calls had all waited long enough when they were looked through. It is memory alone; losing it costs
 * looks, and no decision.
 */
export class ArrivalSlices {
  private done = new Map<number, string>();

  constructor(private readonly mostRows: number = sliceRows) {}

  /** Newest first; slots that begin at `before` (microseconds) or later are left out. */
  open(slots: readonly ArrivalSlot[], before: bigint): ArrivalSlice[] {
    const still = new Map<number, string>();
    const groups: ArrivalSlot[][] = [];
    let rows = Infinity;
    for (const each of slots.toSorted((left, right) => right.slot - left.slot)) {
      const isDone = this.done.get(each.slot) === each.mark;
      if (isDone) still.set(each.slot, each.mark);
      if (isDone || startOf(each) >= before) {
        // What is left out is not read along: the next slice begins behind it.
        rows = Infinity;
      } else if (rows + each.rows > this.mostRows) {
        groups.push([each]);
        rows = each.rows;
      } else {
        groups.at(-1)?.push(each);
        rows += each.rows;
      }
    }
    this.done = still;
    return groups.map(sliceOf);
  }

  /** Call it when every call of a slice that was ready has its decision: those that arrived before `settledBefore` were. */
  finished(slice: ArrivalSlice, settledBefore: bigint): void {
    for (const each of slice.slots)
      if (startOf(each) + slotMicros <= settledBefore) this.done.set(each.slot, each.mark);
  }
}

function beginOfSlot(micros: bigint): bigint {
  return micros - (micros % slotMicros);
}

function startOf({ slot }: ArrivalSlot): bigint {
  return BigInt(slot) * slotMicros;
}

/** Of slots of one slice, newest first. */
function sliceOf(slots: readonly ArrivalSlot[]): ArrivalSlice {
  const [newest, oldest] = [slots[0], slots.at(-1)];
  if (newest === undefined || oldest === undefined) throw new RangeError('a slice has a slot at least');
  return { since: startOf(oldest), until: startOf(newest) + slotMicros, slots };
}
