/** An hour is recomputed at most once a minute, and never sooner than ten times its own last duration. */
const leastMs = 55_000;
const timesDuration = 10;
/** Hours that nothing arrived in for this long are forgotten. */
const forgottenAfterMs = 3_600_000;

/** Keeps an open, busy hour from being recomputed without end. `clock` gives milliseconds that only grow. */
export class HourPace {
  private readonly last = new Map<string, { endedAt: number; tookMs: number }>();

  constructor(private readonly clock: () => number) {}

  /** Runs the work unless it is too soon for this hour; resolves with whether it ran. */
  async run(hour: string, work: () => Promise<void>): Promise<boolean> {
    const startedAt = this.clock();
    const last = this.last.get(hour);
    if (last && startedAt - last.endedAt < Math.max(leastMs, timesDuration * last.tookMs)) return false;
    await work();
    const endedAt = this.clock();
    this.last.set(hour, { endedAt, tookMs: endedAt - startedAt });
    for (const [each, { endedAt: then }] of this.last) if (endedAt - then > forgottenAfterMs) this.last.delete(each);
    return true;
  }
}
