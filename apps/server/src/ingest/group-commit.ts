import { PlimsollError } from '@plimsoll/contract';

/** What one request adds to a block. */
export interface Part {
  /** Rows. */
  readonly count: number;
  /** Their day partitions. */
  readonly days: ReadonlySet<number>;
}

export interface PartLimits {
  /** A block grows to about this many rows: larger blocks cost less CPU a row, up to about 32,000. */
  readonly maxRows: number;
  /** ClickHouse refuses a block over 100 partitions whole; half of that is far enough from it. */
  readonly maxDays: number;
}

export interface RowsPart<Row> extends Part {
  readonly rows: readonly Row[];
}

/** Rows in parts that fit a block each. */
export function cutRows<Row>(rows: readonly Row[], dayOf: (row: Row) => number, limits: PartLimits): RowsPart<Row>[] {
  const parts: RowsPart<Row>[] = [];
  let part: Row[] = [];
  let days = new Set<number>();
  const close = () => {
    if (part.length > 0) parts.push({ rows: part, count: part.length, days });
    part = [];
    days = new Set();
  };
  for (const row of rows.toSorted((left, right) => dayOf(left) - dayOf(right))) {
    const day = dayOf(row);
    if (part.length >= limits.maxRows || (!days.has(day) && days.size >= limits.maxDays)) close();
    part.push(row);
    days.add(day);
  }
  close();
  return parts;
}

export interface GroupCommitOptions<P extends Part> extends PartLimits {
  /** Stores one block; resolves when it is durable. */
  readonly insert: (parts: readonly P[]) => Promise<void>;
  /** Inserts that run at once. */
  readonly connections: number;
}

interface Waiting<P> {
  readonly part: P;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Requests that arrive while an insert runs go into the next block together, so that blocks grow with the load and nobody
 * waits without one. On a second connection a block is begun only when it holds half of the rows that it may: fewer cost more a
 * row, and hold up the insert that runs for what they would have cost together with the next. A request is answered after
 * all its rows are stored; if one block fails, all its requests fail, except where a single request may be at fault: then
 * each is tried alone, so that it cannot fail its neighbours.
 */
export class GroupCommit<P extends Part> {
  private waiting: Waiting<P>[] = [];
  private running = 0;

  constructor(private readonly options: GroupCommitOptions<P>) {}

  /** Resolves when all parts of a request are durable. Each must fit a block. */
  async store(parts: readonly P[]): Promise<void> {
    await Promise.all(parts.map((part) => this.enqueue(part)));
  }

  private enqueue(part: P): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ part, resolve, reject });
      // On the next turn of the loop, so that requests of the same turn share a block.
      setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    while (this.running < this.options.connections && this.waiting.length > 0) {
      const { count, rows } = this.fitting();
      const isFull = count < this.waiting.length || rows >= this.options.maxRows / 2;
      if (this.running > 0 && !isFull) return;
      const group = this.waiting.splice(0, count);
      this.running += 1;
      void this.commit(group).finally(() => {
        this.running -= 1;
        this.flush();
      });
    }
  }

  /** As many waiting parts as one block holds, in order of arrival, and their rows. */
  private fitting(): { count: number; rows: number } {
    const days = new Set<number>();
    let rows = 0;
    let count = 0;
    for (const { part } of this.waiting) {
      const together = new Set([...days, ...part.days]);
      const fits = rows + part.count <= this.options.maxRows && together.size <= this.options.maxDays;
      if (count > 0 && !fits) break;
      for (const day of together) days.add(day);
      rows += part.count;
      count += 1;
    }
    return { count, rows };
  }

  private async commit(group: readonly Waiting<P>[]): Promise<void> {
    try {
      await this.options.insert(group.map(({ part }) => part));
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
