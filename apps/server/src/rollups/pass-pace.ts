/** On a busy store a pass waits for this many times what the one before took: a sixth of the time, short of `mostMs`. */
const timesDuration = 5;
/** Minutes have to close, whatever a pass takes. */
const mostMs = 15_000;

/** Keeps a pass from taking a busy store for itself. `clock` gives milliseconds that only grow. */
export class PassPace {
  private dueAt = 0;

  constructor(
    private readonly clock: () => number,
    private readonly longestMs = mostMs,
  ) {}

  /** Runs a pass if one is due, which tells whether the store is busy; a failed one does not put off the next. */
  async run(pass: () => Promise<{ readonly busy: boolean }>): Promise<void> {
    const startedAt = this.clock();
    if (startedAt < this.dueAt) return;
    const { busy } = await pass();
    if (!busy) return;
    const endedAt = this.clock();
    this.dueAt = endedAt + Math.min(this.longestMs, timesDuration * (endedAt - startedAt));
  }
}
