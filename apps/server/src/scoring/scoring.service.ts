import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { isBusy } from '../rollups/busy-store.js';
import { ArrivalLog, type ArrivalSlice, ArrivalSlices, slotSeconds } from './arrival-slices.js';
import { CallDecisions, type Standing } from './call-decisions.service.js';
import { keyText } from './contents.service.js';
import { callOf } from './decision-rows.js';
import { RuleScoring } from './rule-scoring.service.js';
import { arrivedSlots, undecidedCalls, waitSeconds } from './scoring.queries.js';
import { ScoringProgressService } from './scoring-progress.js';

const waitMicros = BigInt(waitSeconds) * 1_000_000n;
/** Calls asked for at once, newest first. */
const page = 10_000;
/** A pass ends after about so long, so that the next one sees how busy the store has become meanwhile. */
const passMs = 10_000;
/** From so many rows a second on scoring gives way: it then takes about so long a pass, and waits by the pace of passes ... */
const busyRowsASecond = 5_000;
const busyPassMs = 2_000;
/** ... and asks for so many calls at once. */
const busyPage = 2_000;
/** Calls a block: newest minutes show their quality first, and a crash repeats no more than this. */
const batch = 1_000;

const rowsOf = (slices: readonly ArrivalSlice[]): number =>
  slices.reduce((sum, { slots }) => slots.reduce((rows, slot) => rows + slot.rows, sum), 0);

/** What a pass did: `busy` when so much arrives that the next should wait, `complete` when nothing was left. */
interface Decided {
  readonly calls: number;
  readonly busy: boolean;
  readonly complete: boolean;
}

/** Passes over what arrived: finds the calls about which nothing is decided yet, and has them decided and scored by rule. */
@Injectable()
export class ScoringService {
  private readonly arrivals = new ArrivalLog();
  private readonly slices = new ArrivalSlices();

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(ScoringProgressService) private readonly progress: ScoringProgressService,
    @Inject(CallDecisions) private readonly decisions: CallDecisions,
    @Inject(RuleScoring) private readonly rules: RuleScoring,
  ) {}

  /** One pass over what arrived; the cursor moves only when nothing is left. */
  async decide(): Promise<Decided> {
    const startedMicros = await this.clickhouse.now();
    const since = await this.progress.since(startedMicros);
    const standing = await this.decisions.standing();
    const decided = await this.decideNew({ since, at: startedMicros }, standing).catch((error: unknown) => {
      this.rules.resumeSoon();
      throw error;
    });
    await this.rules.resume(standing.projects);
    await this.decisions.afterThumbsDown(since, standing);
    if (decided.complete) {
      await this.progress.finished({ startedMicros, finishedMicros: await this.clickhouse.now() });
    }
    return decided;
  }

  /**
   * Slices of what arrived, newest first. On a busy store only calls that need not wait any more, so that each slice is looked
   * through once. What is left when the time of a pass is over waits for the next one, and the cursor with it.
   */
  private async decideNew(
    window: { readonly since: bigint; readonly at: bigint },
    standing: Standing,
  ): Promise<Decided> {
    // Without a scorer nothing is decided: one that is made later begins with the calls that come then.
    if (standing.projects.size === 0) return { calls: 0, busy: false, complete: true };
    const slots = await this.arrivals.since(window.since, window.at, (since) => arrivedSlots(this.clickhouse, since));
    const busy = isBusy(slots, window.at, slotSeconds, busyRowsASecond);
    const settledBefore = window.at - waitMicros;
    const untilMs = performance.now() + (busy ? busyPassMs : passMs);
    const limits = { page: busy ? busyPage : page, untilMs };
    const open = this.slices.open(slots, isBusy(slots, window.at, slotSeconds) ? settledBefore : window.at);
    let calls = 0;
    for (const [index, slice] of open.entries()) {
      const decided = await this.decideSlice(slice, limits, standing);
      calls += decided.calls;
      if (!decided.complete) {
        await this.progress.note(rowsOf(open.slice(index)));
        return { calls, busy, complete: false };
      }
      this.slices.finished(slice, settledBefore);
    }
    await this.progress.note(0);
    return { calls, busy, complete: true };
  }

  /** It ends with the block of calls after which the time is over. */
  private async decideSlice(
    { since, until }: ArrivalSlice,
    limits: { readonly page: number; readonly untilMs: number },
    standing: Standing,
  ): Promise<Omit<Decided, 'busy'>> {
    let decided = 0;
    let previous: string | undefined;
    for (;;) {
      const at = await this.clickhouse.now();
      const range = { since, until, at, projects: [...standing.projects.keys()] };
      const calls = (await undecidedCalls(this.clickhouse, range, limits.page)).map(callOf);
      // The same first call again: the store does not show its decision (yet), and asking on would not end.
      const first = calls[0] && keyText(calls[0]);
      if (first === undefined || first === previous) return { calls: decided, complete: true };
      previous = first;
      for (let at = 0; at < calls.length; at += batch) {
        const block = calls.slice(at, at + batch);
        await this.decisions.decide(block, standing);
        decided += block.length;
        if (performance.now() > limits.untilMs) return { calls: decided, complete: false };
      }
      if (calls.length < limits.page) return { calls: decided, complete: true };
    }
  }
}
