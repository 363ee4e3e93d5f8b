import { BlockWriter, BufferPool, encodeRow } from '@plimsoll/clickhouse';
import { cutRows, type Part, type PartLimits } from './group-commit.js';
import { spanColumns } from './ingest.queries.js';
import { nanosecondsADay, type SpanRow } from './span-row.js';

/** Rows of `spans` as RowBinary. */
export interface SpanPart extends Part {
  readonly bytes: Buffer;
}

const buffers = new BufferPool(64 * 1024 * 1024);

/** The rows of one export, written one behind the other while it is read: nothing of a span outlives its row. */
export class SpanBlock {
  readonly writer: BlockWriter;
  /** Per row where its bytes end, and its day since the epoch. */
  private readonly ends: number[] = [];
  private readonly days: number[] = [];

  constructor(expectedBytes: number) {
    this.writer = new BlockWriter(buffers.take(expectedBytes));
  }

  get count(): number {
    return this.ends.length;
  }

  add(row: SpanRow): void {
    encodeRow(spanColumns, row, this.writer);
    this.endRow(Number(row.time / nanosecondsADay));
  }

  /** Ends a row that was written to `writer`. */
  endRow(day: number): void {
    this.ends.push(this.writer.length);
    this.days.push(day);
  }

  /** Gives its memory to the next block. Only when its parts are stored, for then nobody reads them any more. */
  release(): void {
    buffers.give(this.writer.memory);
  }

  /** The rows in parts that fit a block each; nearly always one. */
  parts(limits: PartLimits): SpanPart[] {
    if (this.count === 0) return [];
    const days = new Set(this.days);
    const bytes = this.writer.finish();
    if (this.count <= limits.maxRows && days.size <= limits.maxDays) return [{ count: this.count, days, bytes }];
    return this.cut(bytes, limits);
  }

  private cut(bytes: Buffer, limits: PartLimits): SpanPart[] {
    const byDay = this.days.map((_, index) => index).toSorted((left, right) => this.days[left]! - this.days[right]!);
    return cutRows(byDay, (index) => this.days[index]!, limits).map(({ rows, count, days }) => ({
      count,
      days,
      bytes: Buffer.concat(rows.map((index) => bytes.subarray(this.ends[index - 1] ?? 0, this.ends[index]))),
    }));
  }
}
