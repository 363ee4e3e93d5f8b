import { BlockWriter, BufferPool, encodeRow } from '@plimsoll/clickhouse';
import { cutRows, type Part, type PartLimits } from './group-commit.js';
import { spanColumns } from './ingest.queries.js';
import { nanosecondsADay, type SpanRow } from './span-row.js';

/** Rows of `spans` as RowBinary. */
export interface SpanPart extends Part {
  readonly bytes: Buffer;
}

/** As much as the blocks of all bodies in flight hold when they come one behind the other. */
const buffers = new BufferPool(128 * 1024 * 1024);
/** Bytes of rows for a byte of an export, of late: a block that must grow is copied, one that is too large is memory for nothing. */
let growth = 1.5;
const mostGrowth = 2;
const room = 1.1;
const leastRoom = 4096;

/** The rows of one export, written one behind the other while it is read: nothing of a span outlives its row. */
export class SpanBlock {
  readonly writer: BlockWriter;
  /** Per row where its bytes end, and its day since the epoch. */
  private readonly ends: number[] = [];
  private readonly days: number[] = [];

  /** For the rows of an export of so many bytes. */
  constructor(private readonly exportBytes: number) {
    this.writer = new BlockWriter(buffers.take(Math.ceil(exportBytes * growth * room) + leastRoom));
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
    const grown = this.writer.length / Math.max(this.exportBytes, leastRoom);
    // At once to more, slowly to less; a resource that is repeated in many rows tells nothing of other exports.
    growth = Math.min(mostGrowth, Math.max(grown, growth * 0.9 + grown * 0.1));
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
