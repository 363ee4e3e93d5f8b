import { ClickHouseFailure, failureCode } from './failure.js';

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (reason: ClickHouseFailure) => void;
}

/**
 * A bounded number of native queries at once. Those beyond wait in order; a full queue refuses at once, so that a slow
 * engine shows as 503 and not as ever growing memory.
 */
export class Slots {
  private free: number;
  private readonly waiting: Waiter[] = [];

  constructor(
    private readonly name: string,
    count: number,
    private readonly queueLimit: number,
  ) {
    this.free = count;
  }

  /** Runs `work` in a slot. `signal` leaves the queue early; it does not stop work that has begun. */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.take(signal);
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  private take(signal: AbortSignal): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.queueLimit) {
      const message = `Too many simultaneous queries: ${this.queueLimit} ${this.name} are waiting already`;
      return Promise.reject(new ClickHouseFailure(failureCode.tooManySimultaneousQueries, message));
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { admit: resolve, refuse: reject };
      this.waiting.push(waiter);
      signal.addEventListener(
        'abort',
        () => {
          const at = this.waiting.indexOf(waiter);
          if (at < 0) return;
          this.waiting.splice(at, 1);
          waiter.refuse(new ClickHouseFailure(failureCode.queryWasCancelled, 'Query was cancelled before it started'));
        },
        { once: true },
      );
    });
  }

  private give(): void {
    const next = this.waiting.shift();
    if (next) next.admit();
    else this.free += 1;
  }
}
