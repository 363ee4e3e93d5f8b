import { encodeBlock } from '@plimsoll/clickhouse';
import type { Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { capSpan, decodeTraces, normaliseSpan } from '@plimsoll/otlp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spanColumns } from './ingest.queries.js';
import { spanRow } from './span-row.js';
import { TimeLimits } from './time-limits.js';
import { TraceRows } from './trace-rows.js';

const book = loadShippedPriceBook();
const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: null } as Project;
const limits = new TimeLimits(Date.UTC(2100, 0), null);

function bodyOf(attributes: Record<string, object>, resource: string): Buffer {
  const pairs = (values: Record<string, object>) => Object.entries(values).map(([key, value]) => ({ key, value }));
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'chat',
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000001000000000',
    attributes: pairs(attributes),
  };
  const scopeSpans = [{ spans: [span] }];
  const body = { resourceSpans: [{ resource: { attributes: pairs({ own: { stringValue: resource } }) }, scopeSpans }] };
  return Buffer.from(JSON.stringify(body));
}

/** Straight from the bytes where that is allowed; the third time its shape is known. */
function written(body: Buffer, mostTextBytes: number): { bytes: Buffer | undefined; cut: number } {
  for (let time = 0; ; time += 1) {
    const rows = new TraceRows(body, 'json', { project, book, limits, mask: null, mostTextBytes });
    while (rows.work());
    const bytes = rows.block.parts({ maxRows: Infinity, maxDays: Infinity })[0]?.bytes;
    if (time === 2) return { bytes, cut: rows.textsCut };
  }
}

test('spans written straight from their bytes are cut as those by objects, around the limit and far from it', () => {
  const text = fc.oneof(
    fc.nat(3_000).map((length) => 'a'.repeat(length)),
    // What is longer once it is printed.
    fc.nat(400).map((length) => '\u0001'.repeat(length)),
    fc.nat(1_000).map((length) => 'é'.repeat(length)),
  );
  const value = fc.oneof(
    text.map((stringValue) => ({ stringValue })),
    fc.array(text, { maxLength: 3 }).map((texts) => ({
      arrayValue: { values: texts.map((stringValue) => ({ stringValue })) },
    })),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 60 }).map((numbers) => ({
      arrayValue: { values: numbers.map((doubleValue) => ({ doubleValue })) },
    })),
    text.map((content) => ({ stringValue: JSON.stringify([{ role: 'user', content }]) })),
  );
  const keys = fc.constantFrom('own', 'user.id', 'gen_ai.input.messages', 'gen_ai.output.messages', 'llm.tools');
  const attributes = fc.dictionary(keys, value, { maxKeys: 4, noNullPrototype: true });
  let cutAny = 0;
  let cutNone = 0;
  fc.assert(
    fc.property(attributes, text, fc.constantFrom(1_024, 8_192, 65_536), (given, resource, most) => {
      const body = bodyOf({ 'gen_ai.operation.name': { stringValue: 'chat' }, ...given }, resource);
      const { bytes, cut } = written(body, most);
      const [span] = decodeTraces(body, 'json').spans;
      const due = capSpan(normaliseSpan(span!), most);
      expect(bytes?.equals(encodeBlock(spanColumns, [spanRow(due.value, project, book)]))).toBe(true);
      expect(cut).toBe(due.cut);
      if (cut > 0) cutAny += 1;
      else cutNone += 1;
    }),
    { numRuns: 200 },
  );
  expect(Math.min(cutAny, cutNone)).toBeGreaterThan(10);
});
