/**
 * Exports that are never the same: the bodies of `ingestBodies`, packed once, whose ids and times are written anew before
 * each use for about a microsecond a span. A sender that packed each body by itself would take a core from the platform.
 */
import { crc32, deflateRawSync, constants } from 'node:zlib';
import { ingestBodies } from './ingest-bodies.js';

/** Calls of one trace; a body's ids are as many as its spans all the same. */
const spansPerTrace = 4;

/** Where a span of a body has what differs from export to export: 16, 8 and 8 bytes of ids, two fixed64 of times. */
interface Varying {
  readonly traceId: number;
  readonly spanId: number;
  readonly parentId: number;
  readonly start: number;
  readonly end: number;
  readonly nanoseconds: bigint;
  /** Place of the stretch from the trace id to the end of the times within the packed body. */
  packedAt: number;
}

const windowBytes = 32_768;
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const lastBlock = Buffer.from([3, 0]);

export class PackedExport {
  private readonly packed: Buffer;
  private readonly spans: Varying[];

  /** `raw` is kept and written to: it always holds what the last `renew` has packed. */
  constructor(readonly raw: Buffer) {
    this.spans = spansOf(raw);
    // Bytes that no text has: nothing that is compressed refers back to them.
    for (const { traceId, end } of this.spans)
      for (let at = traceId; at < traceId + 16; at += 1) raw[at] = 0xf8 + (end % 8);
    this.packed = this.pack();
  }

  get spanCount(): number {
    return this.spans.length;
  }

  get packedBytes(): number {
    return this.packed.length;
  }

  /** The gzip body with ids made of `number` and ends within the tenth of a second before `now`. Valid until the next call. */
  renew(number: number, nowMs: number): Buffer {
    const { raw, packed } = this;
    for (const [index, span] of this.spans.entries()) {
      // In the order of their ends, as exporters send them.
      const end = BigInt(nowMs) * 1_000_000n - BigInt(this.spans.length - index) * 200_000n;
      writeId(raw, span.traceId, number, Math.floor(index / spansPerTrace), 2);
      writeId(raw, span.spanId, number, index, 1);
      writeId(raw, span.parentId, number, index - (index % spansPerTrace) + 100_000, 1);
      raw.writeBigUInt64LE(end - span.nanoseconds, span.start);
      raw.writeBigUInt64LE(end, span.end);
      raw.copy(packed, span.packedAt, span.traceId, span.end + 8);
    }
    packed.writeUInt32LE(crc32(raw), packed.length - 8);
    return packed;
  }

  private pack(): Buffer {
    const { raw } = this;
    const parts: Buffer[] = [gzipHeader];
    let length = gzipHeader.length;
    const append = (part: Buffer): void => {
      parts.push(part);
      length += part.length;
    };
    let from = 0;
    for (const span of this.spans) {
      append(deflated(raw, from, span.traceId));
      const bytes = span.end + 8 - span.traceId;
      append(Buffer.from([0, bytes & 0xff, bytes >> 8, ~bytes & 0xff, (~bytes >> 8) & 0xff]));
      span.packedAt = length;
      append(raw.subarray(span.traceId, span.end + 8));
      from = span.end + 8;
    }
    append(deflated(raw, from, raw.length));
    append(lastBlock);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(raw.length, 4);
    append(trailer);
    return Buffer.concat(parts);
  }
}

/** Ends at a whole byte, and refers to what is before it. */
function deflated(raw: Buffer, from: number, to: number): Buffer {
  const before = raw.subarray(Math.max(0, from - windowBytes), from);
  return deflateRawSync(raw.subarray(from, to), {
    ...(before.length > 0 ? { dictionary: before } : {}),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
}

export function packedExports(bodies: number, spans: number, seed = 1): PackedExport[] {
  return ingestBodies(bodies, spans, seed).map((raw) => new PackedExport(raw));
}

/** Ids that look as random as clients make them, 8 bytes a time; a Feistel network, so that no two are the same. */
export function writeId(bytes: Buffer, at: number, number: number, index: number, parts: 1 | 2): void {
  let left = number | 0;
  let right = index | 0;
  for (let part = 0; part < parts; part += 1) {
    for (let round = 1; round <= 4; round += 1) {
      const mixed = Math.imul(right ^ (right >>> 15), 0x2c1b3c6d + 2 * round);
      [left, right] = [right, left ^ mixed ^ (mixed >>> 13)];
    }
    bytes.writeInt32LE(left, at + 8 * part);
    bytes.writeInt32LE(right, at + 8 * part + 4);
  }
}

/** Finds the spans of ExportTraceServiceRequest: field 1, in it field 2, in it field 2. */
function spansOf(raw: Buffer): Varying[] {
  const spans: Varying[] = [];
  for (const resource of fieldsOf(raw, 0, raw.length)) {
    for (const scope of fieldsOf(raw, resource.from, resource.to).filter(({ field }) => field === 2)) {
      for (const span of fieldsOf(raw, scope.from, scope.to).filter(({ field }) => field === 2)) {
        const parts = fieldsOf(raw, span.from, span.to);
        const at = (field: number): number => parts.find((part) => part.field === field)?.from ?? -1;
        const [start, end] = [at(7), at(8)];
        const nanoseconds = raw.readBigUInt64LE(end) - raw.readBigUInt64LE(start);
        spans.push({ traceId: at(1), spanId: at(2), parentId: at(4), start, end, nanoseconds, packedAt: 0 });
      }
    }
  }
  return spans;
}

function fieldsOf(raw: Buffer, from: number, to: number): { field: number; from: number; to: number }[] {
  const fields = [];
  let at = from;
  const varint = (): number => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = raw[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < to) {
    const tag = varint();
    const wire = tag & 7;
    const size = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (wire === 0) varint();
    fields.push({ field: tag >> 3, from: at, to: at + size });
    at += size;
  }
  return fields;
}
