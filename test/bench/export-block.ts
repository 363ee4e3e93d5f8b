import { type Project, readSettings } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import type { BodyEncoding } from '@plimsoll/otlp';
import type { SpanBlock } from '../../apps/server/src/ingest/span-block.js';
import { TimeLimits } from '../../apps/server/src/ingest/time-limits.js';
import { type TraceOwner, TraceRows } from '../../apps/server/src/ingest/trace-rows.js';

/** Whose rows `exportBlock` makes. */
export const benchProject = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: 30 } as Project;

const book = loadShippedPriceBook();
const limits = new TimeLimits(Number.MAX_SAFE_INTEGER / 2, null);
const mostTextBytes = readSettings({}).maxTextBytes;

/** What ingest makes of an unpacked protobuf export, with all dialects on: the bytes of its rows in RowBinary. */
export function exportBlock(body: Buffer): Buffer {
  return blockOf(body).parts({ maxRows: Infinity, maxDays: Infinity })[0]?.bytes ?? Buffer.alloc(0);
}

/** The same as ingest does it with what is then stored: the memory goes to the next block. @returns its bytes. */
export function passBlock(body: Buffer, encoding: BodyEncoding = 'protobuf', mask: TraceOwner['mask'] = null): number {
  const block = blockOf(body, encoding, mask);
  const { length } = block.writer;
  block.release();
  return length;
}

function blockOf(body: Buffer, encoding: BodyEncoding = 'protobuf', mask: TraceOwner['mask'] = null): SpanBlock {
  const rows = new TraceRows(body, encoding, { project: benchProject, book, limits, mask, mostTextBytes });
  while (rows.work());
  return rows.block;
}
