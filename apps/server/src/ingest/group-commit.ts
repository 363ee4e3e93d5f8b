import { PlimsollError } from '@plimsoll/contract';

export interface GroupCommitOptions<Row> {
  /** Stores one block; resolves when it is durable. */
  readonly insert: (rows: readonly Row[]) => Promise<void>;
  /** The day partition of a row. */
  readonly dayOf: (row: Row) => number;
  /** A block grows to about this many rows: larger blocks cost less CPU a row, up to about 32,000. */
  readonly maxRows: number;
  /** ClickHouse refuses a block over 100 partitions whole; half of that is far enough from it. */
  readonly maxDays: number;
  /** Inserts that run at once. */
  readonly connections: number;
}

interface Waiting<Row> {
  readonly rows: readonly Row[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Requests that arrive while an insert runs go into the next block together, so that blocks grow with the load and nobody
 * waits without one. A request is answered after all its rows are stored; if one block fails, all its requests fail,
 * except where a single request may be at fault: then each is tried alone, so that it cannot fail its neighbours.
 */
export class GroupCommit<Row> {
  private waiting: Waiting<Row>[] = [];
  private running = 0;

  constructor(private readonly options: GroupCommitOptions<Row>) {}

  /** Resolves when all rows are durable. */
  async store(rows: readonly Row[]): Promise<void> {
    const parts = this.cut(rows);
    await Promise.all(parts.map((part) => this.enqueue(part)));
  }

  private enqueue(rows: readonly Row[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ rows, resolve, reject });
      // On the next turn of the loop, so that requests of the same turn share a block.
      setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    while (this.running < this.options.connections && this.waiting.length > 0) {
      const group = this.take();
      this.running += 1;
      void this.commit(group).finally(() => {
        this.running -= 1;
        this.flush();
      });
    }
  }

  /** Parts of a request that fit a block each. */
  private cut(rows: readonly Row[]): Row[][] {
    const parts: Row[][] = [];
    let part: Row[] = [];
    let days = new Set<number>();
    for (const row of rows.toSorted((left, right) => this.options.dayOf(left) - this.options.dayOf(right))) {
      const day = this.options.dayOf(row);
      if (
        part.length > 0 &&
        (part.length >= this.options.maxRows || (!days.has(day) && days.size >= this.options.maxDays))
      ) {
        parts.push(part);
        part = [];
        days = new Set();
      }
      part.push(row);
      days.add(day);
    }
    if (part.length > 0) parts.push(part);
    return parts;
  }

  /** As many waiting parts as one block holds, in order of arrival. */
  private take(): Waiting<Row>[] {
    const days = new Set<number>();
    let rows = 0;
    let count = 0;
    for (const { rows: part } of this.waiting) {
      const together = new Set([...days, ...part.map((row) => this.options.dayOf(row))]);
      const fits = rows + part.length <= this.options.maxRows && together.size <= this.options.maxDays;
      if (count > 0 && !fits) break;
      for (const day of together) days.add(day);
      rows += part.length;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async commit(group: readonly Waiting<Row>[]): Promise<void> {
    try {
      await this.options.insert(group.flatMap(({ rows }) => rows));
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) {
        for (const single of group) await this.commit([single]);
        return;
      }
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }
}

/** The store is down, slow or full: trying each request alone would only add to it. */
function isUnavailable(error: unknown): boolean {
  return error instanceof PlimsollError && error.code === 'unavailable';
}
