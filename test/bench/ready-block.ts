import { benchProject } from './export-block.js';
import { writeId } from './throughput-bodies.js';

/** A block of many exports; `renew` makes all its rows new. */
export class ReadyBlock {
  private readonly rows: { at: number; nanoseconds: bigint }[] = [];
  readonly bytes: Buffer;

  constructor(parts: readonly Buffer[]) {
    this.bytes = Buffer.concat(parts);
    // A row begins with its project, then the trace id: both with a byte of length before them.
    const mark = Buffer.concat([
      Buffer.from([benchProject.id.length]),
      Buffer.from(benchProject.id),
      Buffer.from([32]),
    ]);
    for (let at = this.bytes.indexOf(mark); at >= 0; at = this.bytes.indexOf(mark, at + mark.length)) {
      const times = at + mark.length + 32 + 17 + 17;
      const nanoseconds = this.bytes.readBigInt64LE(times) - this.bytes.readBigInt64LE(times + 8);
      this.rows.push({ at: at + mark.length, nanoseconds });
    }
  }

  get rowCount(): number {
    return this.rows.length;
  }

  renew(number: number, nowMs: number): void {
    const id = Buffer.alloc(16);
    const { bytes } = this;
    for (const [index, { at, nanoseconds }] of this.rows.entries()) {
      writeId(id, 0, number, Math.floor(index / 4), 2);
      bytes.write(id.toString('hex'), at, 'latin1');
      writeId(id, 0, number, index, 1);
      bytes.write(id.toString('hex', 0, 8), at + 33, 'latin1');
      const times = at + 32 + 17 + 17;
      const end = BigInt(nowMs) * 1_000_000n - BigInt(this.rows.length - index) * 20_000n;
      bytes.writeBigInt64LE(end, times);
      bytes.writeBigInt64LE(end - nanoseconds, times + 8);
      bytes.writeBigInt64LE(end, times + 16);
    }
  }
}
