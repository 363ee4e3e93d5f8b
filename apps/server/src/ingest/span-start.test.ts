import type { Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { protobufOfTraces } from '@plimsoll/otlp';
import { expect, test } from 'vitest';
import { TimeLimits } from './time-limits.js';
import { TraceRows } from './trace-rows.js';

const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: null } as Project;
const owner = { project, book: loadShippedPriceBook(), limits: new TimeLimits(Date.UTC(2100, 0), null) };
const end = '1790000003000000000';

/** The rows of one finished call, by objects or straight from its bytes. */
function rowsOf(start: object, byObjects: boolean): Buffer | undefined {
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'chat', ...start, endTimeUnixNano: end };
  const bytes = protobufOfTraces(
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
    'json',
  );
  const mask = byObjects ? <T>(record: T) => record : null;
  const read = () => {
    const rows = new TraceRows(bytes, 'protobuf', { ...owner, mask, mostTextBytes: Infinity });
    while (rows.work());
    return rows.block.parts({ maxRows: Infinity, maxDays: Infinity })[0]?.bytes;
  };
  // Straight from the bytes only once the shape is known.
  read();
  read();
  return read();
}

test.each([false, true])('a finished span without a start stands at its end (by objects: %s)', (byObjects) => {
  const due = rowsOf({ startTimeUnixNano: end }, byObjects);
  expect(due?.length).toBeGreaterThan(100);
  expect(rowsOf({}, byObjects)).toEqual(due);
  expect(rowsOf({ startTimeUnixNano: '0' }, byObjects)).toEqual(due);
  expect(rowsOf({ startTimeUnixNano: '1790000000000000000' }, byObjects)).not.toEqual(due);
});
