import { encodeBlock } from '@plimsoll/clickhouse';
import type { Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { decodeTraces, normaliseSpan } from '@plimsoll/otlp';
import { spanColumns } from '../../apps/server/src/ingest/ingest.queries.js';
import { spanRow } from '../../apps/server/src/ingest/span-row.js';

/** Whose rows `exportBlock` makes. */
export const benchProject = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: 30 } as Project;

const book = loadShippedPriceBook();

/** What ingest makes of an unpacked protobuf export, with all dialects on: the bytes of its rows in RowBinary. */
export function exportBlock(body: Buffer): Buffer {
  const rows = decodeTraces(body, 'protobuf').spans.map((span) => spanRow(normaliseSpan(span), benchProject, book));
  return encodeBlock(spanColumns, rows);
}
