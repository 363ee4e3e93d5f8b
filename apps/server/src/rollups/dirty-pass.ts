import type { ClickHouse } from '@plimsoll/clickhouse';
import { arrivalsSince } from './arrivals.queries.js';
import {
  type ArrivalMark,
  ArrivalMemory,
  type DirtyRange,
  mayWait,
  type RangeLimits,
  RangeReach,
  slotSeconds,
} from './dirty-minutes.js';
import { isBusy } from './busy-store.js';
import type { PassCursors } from './pass-cursors.js';

/** Longer than an insert may take (30 s) plus the difference of two nodes' clocks. */
const overlapMicros = 120_000_000n;
/** How far a pass without a cursor looks back. */
const rescanMicros = 2n * 86_400_000_000n;

/** One step of a pass: which marks concern it, and what it does with a dirty range. */
export interface PassStep {
  readonly name: string;
  readonly concerns: (mark: ArrivalMark) => boolean;
  /** `later`: not now, the next pass shall find the range again; so does a failure. */
  readonly work: (range: DirtyRange) => Promise<'done' | 'later'>;
}

/**
 * A pass over what arrived since the one before: start and arrivals on the store's own clock, ranges newest first, and
 * the cursor only when every range is done. Whatever interrupts it, the next pass finds the same ranges again.
 */
export class DirtyPass {
  private readonly learned = new Map<string, { memory: ArrivalMemory; reach: RangeReach }>();

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly cursors: PassCursors,
    readonly name: string,
    private readonly limits: RangeLimits,
  ) {}

  /**
   * Resolves with whether so much arrives that the next pass should wait. When something was left, the next finds it again.
   * @throws the first failure, after all other ranges of its step were tried.
   */
  async run(steps: readonly PassStep[]): Promise<{ readonly busy: boolean }> {
    const startedMicros = await this.clickhouse.now();
    const previous = await this.cursors.read(this.name);
    const since = (previous?.startedMicros ?? startedMicros - rescanMicros) - overlapMicros;
    let complete = true;
    let busy = false;
    for (const step of steps) {
      const marks = await arrivalsSince(this.clickhouse, since);
      busy ||= isBusy(marks, startedMicros, slotSeconds);
      complete = (await this.runStep(step, marks, busy ? startedMicros : null)) && complete;
    }
    if (complete) {
      await this.cursors.write(this.name, { startedMicros, finishedMicros: await this.clickhouse.now() });
    }
    return { busy };
  }

  /**
   * Arrivals are asked for anew before each step: one may dirty minutes for the next. With the start of the pass on a busy
   * store, what may wait is left for the next one.
   */
  private async runStep(step: PassStep, marks: readonly ArrivalMark[], busyAtMicros: bigint | null): Promise<boolean> {
    const { memory, reach } = this.learnedOf(step.name);
    const { mostRows, openLookSeconds } = this.limits;
    const waits = (mark: ArrivalMark, written: boolean): boolean =>
      busyAtMicros !== null && mayWait(mark, written, busyAtMicros, openLookSeconds);
    const failures: unknown[] = [];
    let complete = true;
    for (const range of memory.dirtyRanges(marks.filter(step.concerns), reach.seconds, mostRows, waits)) {
      const began = performance.now();
      let failed = false;
      try {
        if ((await step.work(range)) === 'done') memory.recomputed(range);
        else complete = false;
      } catch (error) {
        failed = true;
        failures.push(error);
      }
      reach.took(performance.now() - began, failed);
    }
    reach.learn();
    if (failures.length > 0) throw failures[0];
    return complete;
  }

  private learnedOf(step: string): { memory: ArrivalMemory; reach: RangeReach } {
    let learned = this.learned.get(step);
    if (learned === undefined) {
      learned = { memory: new ArrivalMemory(), reach: new RangeReach(this.limits.shortestSeconds) };
      this.learned.set(step, learned);
    }
    return learned;
  }
}
