import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBlock, encodeRow, BlockWriter } from '@plimsoll/clickhouse';
import { PlimsollError, type Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { decodeTraces, detectBody, type OtlpSpan, normaliseSpan } from '@plimsoll/otlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spanColumns } from './ingest.queries.js';
import { spanRow } from './span-row.js';
import { TimeLimits } from './time-limits.js';
import { TraceRows } from './trace-rows.js';

const root = new URL('../../../../test/fixtures/otlp', import.meta.url).pathname;
const bodies = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /traces-\d+\.bin$/.test(path))
  .map((path) => ({ path, ...detectBody(readFileSync(join(root, path))) }))
  .filter(({ encoding }) => encoding === 'protobuf');
const book = loadShippedPriceBook();
const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: null } as Project;
const limits = new TimeLimits(Date.UTC(2100, 0), null);

/** Rows straight from the bytes. The second time round the shapes of the spans are known, so that they are not decoded. */
function lazily(bytes: Uint8Array): Buffer {
  const read = () => {
    const rows = new TraceRows(bytes, 'protobuf', { project, book, limits, mask: null });
    while (rows.work());
    return rows.block.parts({ maxRows: Infinity, maxDays: Infinity })[0]?.bytes ?? Buffer.alloc(0);
  };
  read();
  read();
  return read();
}

function accepted(bytes: Uint8Array): OtlpSpan[] {
  return decodeTraces(bytes, 'protobuf').spans.filter(
    (span) => limits.faultOf(Number(normaliseSpan(span).time)) === undefined,
  );
}

function byObjects(spans: readonly OtlpSpan[]): Buffer {
  return encodeBlock(
    spanColumns,
    spans.map((span) => spanRow(normaliseSpan(span), project, book)),
  );
}

/** The first column of the first row that differs, for people. */
function firstDifference(given: Buffer, spans: readonly OtlpSpan[]): string {
  const block = new BlockWriter();
  for (const span of spans) {
    for (const column of spanColumns) {
      const start = block.length;
      encodeRow([column], spanRow(normaliseSpan(span), project, book), block);
      const end = block.length;
      const due = byObjects(spans).subarray(start, end);
      const got = given.subarray(start, end);
      if (!got.equals(due))
        return `${column.name} of "${span.name}": ${got.toString('latin1')} is not ${due.toString('latin1')}`;
    }
  }
  return 'more rows than spans';
}

function expectSame(bytes: Uint8Array): void {
  const spans = accepted(bytes);
  const given = lazily(bytes);
  if (!given.equals(byObjects(spans))) expect(firstDifference(given, spans)).toBe('');
}

describe('a row straight from the bytes is the row of objects, byte for byte', () => {
  test.each(bodies)('$path', ({ bytes }) => {
    expectSame(bytes);
  });

  test('recorded bodies with bytes changed', () => {
    const small = bodies.filter(({ bytes }) => bytes.length < 20_000);
    const mutations = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(small.length - 1), mutations, (index, changes) => {
        const bytes = Buffer.from(small[index]!.bytes);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        let refusal: string | undefined;
        try {
          accepted(bytes);
        } catch (error) {
          if (!(error instanceof PlimsollError)) throw error;
          refusal = error.message;
        }
        if (refusal === undefined) expectSame(bytes);
        else expect(() => lazily(bytes)).toThrow(PlimsollError);
      }),
      { numRuns: 400 },
    );
  });
});
