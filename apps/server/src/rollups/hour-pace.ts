/** An hour is recomputed at most once a minute, and never sooner than ten times its own last duration. */
const leastMs = 55_000;
const timesDuration = 10;
/** Hours that nothing arrived in for this long are forgotten. */
const forgottenAfterMs = 3_600_000;

/** Keeps an open, busy hour from being recomputed without end. `clock` gives milliseconds that only grow. */
export class HourPace {
  private readonly last = new Map<string, { endedAt: number; tookMs: number }>();

  constructor(private readonly clock: () => number) {}

  /** Those of the hours that may be recomputed now. */
  due(hours: readonly string[]): string[] {
    const now = this.clock();
    return hours.filter((hour) => {
      const last = this.last.get(hour);
      return last === undefined || now - last.endedAt >= Math.max(leastMs, timesDuration * last.tookMs);
    });
  }

  /** Runs the recompute of hours and remembers what it took; a failed one may be tried again at once. */
  async run(hours: readonly string[], work: () => Promise<void>): Promise<void> {
    const startedAt = this.clock();
    await work();
    const endedAt = this.clock();
    for (const [hour, { endedAt: then }] of this.last) if (endedAt - then > forgottenAfterMs) this.last.delete(hour);
    for (const hour of hours) this.last.set(hour, { endedAt, tookMs: endedAt - startedAt });
  }
}
