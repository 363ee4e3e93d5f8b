import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBlock, encodeRow, BlockWriter } from '@plimsoll/clickhouse';
import { PlimsollError, type Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { type BodyEncoding, decodeTraces, detectBody, dialects, type OtlpSpan, normaliseSpan } from '@plimsoll/otlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spanColumns } from './ingest.queries.js';
import { spanRow } from './span-row.js';
import { TimeLimits } from './time-limits.js';
import { TraceRows } from './trace-rows.js';

const root = new URL('../../../../test/fixtures', import.meta.url).pathname;
const recorded = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(otlp\/.*traces-\d+\.bin|dialects\/.*\.json)$/.test(path))
  .map((path) => ({ path, ...detectBody(readFileSync(join(root, path))) }));
const bodies = recorded.filter(({ encoding }) => encoding === 'protobuf');
const book = loadShippedPriceBook();
const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: null } as Project;
const limits = new TimeLimits(Date.UTC(2100, 0), null);

/** Rows straight from the bytes. The second time round the shapes of the spans are known, so that they are not decoded. */
function lazily(bytes: Uint8Array, encoding: BodyEncoding = 'protobuf'): Buffer {
  const read = () => {
    const rows = new TraceRows(bytes, encoding, { project, book, limits, mask: null, mostTextBytes: Infinity });
    while (rows.work());
    return rows.block.parts({ maxRows: Infinity, maxDays: Infinity })[0]?.bytes ?? Buffer.alloc(0);
  };
  read();
  read();
  return read();
}

function accepted(bytes: Uint8Array, encoding: BodyEncoding = 'protobuf'): OtlpSpan[] {
  return decodeTraces(bytes, encoding).spans.filter(
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

function expectSame(bytes: Uint8Array, encoding: BodyEncoding = 'protobuf'): void {
  const spans = accepted(bytes, encoding);
  const given = lazily(bytes, encoding);
  if (!given.equals(byObjects(spans))) expect(firstDifference(given, spans)).toBe('');
}

/** Length-delimited field of protobuf. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(content.length)), content]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

type Sent = string | bigint | number | boolean | readonly string[] | null | Uint8Array;

function anyValue(value: Sent): Buffer {
  if (value === null) return Buffer.alloc(0);
  if (typeof value === 'string') return field(1, Buffer.from(value));
  if (typeof value === 'boolean') return Buffer.from([0x10, value ? 1 : 0]);
  if (typeof value === 'bigint') return Buffer.concat([Buffer.from([0x18]), varint(value)]);
  if (value instanceof Uint8Array) return field(7, Buffer.from(value));
  if (typeof value !== 'number') return field(5, Buffer.concat(value.map((each) => field(1, anyValue(each)))));
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x21;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function bodyOf(attributes: readonly (readonly [string, Sent])[], status: number, scope = 'any'): Buffer {
  const times = Buffer.alloc(18);
  times[0] = 0x39;
  times.writeBigUInt64LE(1_790_000_000_000_000_000n, 1);
  times[9] = 0x41;
  times.writeBigUInt64LE(1_790_000_003_000_000_000n, 10);
  const span = Buffer.concat([
    field(1, Buffer.alloc(16, 1)),
    field(2, Buffer.alloc(8, 2)),
    field(5, Buffer.from('chat')),
    times,
    ...attributes.map(([key, value]) =>
      field(9, Buffer.concat([field(1, Buffer.from(key)), field(2, anyValue(value))])),
    ),
    field(15, Buffer.from([0x18, status])),
  ]);
  return field(1, field(2, Buffer.concat([field(1, field(1, Buffer.from(scope))), field(2, span)])));
}

describe('a row straight from the bytes is the row of objects, byte for byte', () => {
  test.each(recorded)('$path', ({ bytes, encoding }) => {
    expectSame(bytes, encoding);
  });

  test('any attributes of any dialects, with any values', () => {
    const role = fc.constantFrom('system', 'user', 'assistant', 'tool', 'model', 'Human', 'constructor', '');
    const words = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('', '{}', '[]', 'null', '""', 'a\n"b"\\c', 'é', '\ud800', 'x'.repeat(400), '\u0001'),
    );
    const part = fc.oneof(
      fc.record({ type: fc.constantFrom('text', 'reasoning', 'image'), content: words }),
      fc.record({ type: fc.constant('tool_call'), id: words, name: fc.constant('f'), arguments: words }),
    );
    const plain = fc.record({
      role: fc.constantFrom('system', 'user', 'assistant'),
      content: fc.string({ minLength: 5 }),
    });
    const message = fc.oneof(
      { weight: 8, arbitrary: plain },
      {
        weight: 4,
        arbitrary: plain.map(({ role: of, content }) => ({ role: of, parts: [{ type: 'text', content }] })),
      },
      fc.record({ role, content: words }),
      fc.record({ role, parts: fc.array(part, { minLength: 1, maxLength: 2 }) }),
      fc.record({ role, parts: fc.array(part, { maxLength: 2 }), finish_reason: words }),
      plain.map((said) => ({ ...said, role: 'assistant', finish_reason: 'stop' })),
      fc.record({ content: words, role, name: words }),
    );
    const messages = fc
      .tuple(
        fc.oneof(
          fc.array(message, { maxLength: 4 }),
          message.map((only) => [only]),
        ),
        fc.constantFrom(undefined, 1),
      )
      .map(([list, indent]) => JSON.stringify(list, null, indent));
    const value: fc.Arbitrary<Sent> = fc.oneof(
      { weight: 4, arbitrary: messages },
      words,
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.nat(5_000).map(BigInt),
      fc.double(),
      fc.boolean(),
      fc.array(words, { maxLength: 3 }),
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('chat', 'openai', 'gpt-4o', '12', '0.5', 'ERROR', 'stop', null),
    );
    const named = [...new Set(dialects.flatMap(({ sources }) => Object.values(sources).flat()))].flatMap(({ from }) => {
      if ('attribute' in from) return [from.attribute];
      return 'oneOf' in from ? from.oneOf.map((key) => key.replace('*', '0.message.role')) : [];
    });
    const key = fc.oneof(
      fc.constantFrom('gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.response.finish_reasons', ...named),
      fc.constantFrom('own', 'é', '__proto__'),
    );
    // Scopes of which a name or a figure means something else.
    const scope = fc.constantFrom('any', 'any', 'livekit-agents', '@flue/opentelemetry', 'gen_ai', 'langsmith');
    // Few keys beside the messages, so that many of these spans are read without asking the dialects.
    const attributes = fc.tuple(
      fc.option(messages, { freq: 8 }),
      fc.option(messages, { freq: 8 }),
      fc.array(fc.tuple(key, value), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(attributes, fc.nat(3), scope, ([request, answer, others], status, speaker) => {
        const content = [
          ['gen_ai.input.messages', request],
          ['gen_ai.output.messages', answer],
        ] as const;
        expectSame(bodyOf([...content.filter(([, text]) => text !== null), ...others], status, speaker));
      }),
      { numRuns: 600 },
    );
  });

  test('empty bytes are absent, as an empty text is: what comes next in order is read', () => {
    const attributes = [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.conversation.id', 'conv-9'],
      ['session.id', new Uint8Array(0)],
    ] as const;
    expectSame(bodyOf(attributes, 0));
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
