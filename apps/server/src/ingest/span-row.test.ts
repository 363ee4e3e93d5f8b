import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBlock } from '@plimsoll/clickhouse';
import { PlimsollError, type Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import {
  type AttributeValue,
  decodeLogs,
  decodeTraces,
  detectBody,
  normaliseSpan,
  type OtlpSpan,
  storeLogRecord,
} from '@plimsoll/otlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logColumns, spanColumns } from './ingest.queries.js';
import { expiresOn, spanRow } from './span-row.js';

const root = new URL('../../../../test/fixtures/otlp', import.meta.url).pathname;
const bodies = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(traces|logs)-\d+\.bin$/.test(path) && !path.includes('bulk'))
  .map((path) => ({ logs: path.includes('logs-'), ...detectBody(readFileSync(join(root, path))) }));

const book = loadShippedPriceBook();
const project = { id: 'p', spanRetentionDays: null } as Project;

/** Spans ahead of time are refused before they become rows. */
const farAhead = 2n ** 62n;

function storeSpans(spans: readonly OtlpSpan[]): number {
  const records = spans.map(normaliseSpan).filter(({ time }) => time < farAhead);
  return encodeBlock(
    spanColumns,
    records.map((record) => spanRow(record, project, book)),
  ).length;
}

function storeBody({ logs, bytes, encoding }: (typeof bodies)[number]): void {
  if (!logs) {
    storeSpans(decodeTraces(bytes, encoding).spans);
    return;
  }
  const entries = decodeLogs(bytes, encoding)
    .records.map((record, index) => storeLogRecord(record, index))
    .filter(({ timeNs }) => timeNs < farAhead);
  encodeBlock(
    logColumns,
    entries.map((entry) => ({ ...entry, project: 'p', expiresOn: '2026-01-01' })),
  );
}

describe('whatever can be decoded can be stored', () => {
  test('recorded bodies', () => {
    for (const body of bodies) storeBody(body);
  });

  test('recorded bodies with bytes changed', () => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(bodies.length - 1), mutations, (index, changes) => {
        const body = bodies[index]!;
        const bytes = Buffer.from(body.bytes);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          storeBody({ ...body, bytes });
        } catch (error) {
          expect(error).toBeInstanceOf(PlimsollError);
          expect((error as PlimsollError).code).toBe('invalid_input');
        }
      }),
      { numRuns: 400 },
    );
  });

  test('figures and texts out of all bounds', () => {
    const wild = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      fc.constantFrom(
        '1e300',
        '-1',
        '0x10',
        '9'.repeat(40),
        `0.${'3'.repeat(90)}`,
        '\ud800',
        'a\u0000b',
        1e15,
        2 ** 53,
        2n ** 62n,
      ),
    );
    const keys = [
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.cost',
      'gen_ai.response.time_to_first_chunk',
      'http.response.status_code',
      'plimsoll.sample_p',
      'gen_ai.request.model',
    ];
    const attributes = fc
      .tuple(...keys.map(() => wild))
      .map((values) => keys.map((key, index) => [key, values[index]!] as const));
    fc.assert(
      fc.property(attributes, (pairs) => {
        const span = {
          traceId: '1'.repeat(32),
          spanId: '2'.repeat(16),
          parentSpanId: null,
          name: '\udfff',
          startTime: 0n,
          endTime: 5n,
          attributes: new Map<string, string | number | bigint>([['gen_ai.operation.name', 'chat'], ...pairs]),
          events: [],
          statusCode: -7,
          statusMessage: '',
          resource: new Map(),
          scope: { name: '', version: '' },
        };
        expect(storeSpans([span])).toBeGreaterThan(0);
      }),
    );
  });

  test('structured messages with integers that JSON does not have', () => {
    const span = {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      parentSpanId: null,
      name: 'chat',
      startTime: 0n,
      endTime: 5n,
      attributes: new Map<string, AttributeValue>([
        ['gen_ai.operation.name', 'chat'],
        [
          'gen_ai.output.messages',
          [{ role: 'assistant', parts: [{ type: 'tool_call', name: 'f', arguments: { id: 2n ** 60n } }] }],
        ],
      ]),
      events: [],
      statusCode: 0,
      statusMessage: '',
      resource: new Map(),
      scope: { name: '', version: '' },
    };
    expect(normaliseSpan(span).toolCalls).toEqual([{ id: null, name: 'f', arguments: { id: '1152921504606846976' } }]);
    expect(storeSpans([span])).toBeGreaterThan(0);
  });
});

test.each([
  [1_790_000_000_000_000_000n, 90, '2026-12-20'],
  [0n, 1, '1970-01-02'],
  [1_790_000_000_000_000_000n, null, '2149-06-06'],
  [1_790_000_000_000_000_000n, 1_000_000, '2149-06-06'],
])('a row of %s with %s days goes on %s', (time, days, day) => {
  expect(expiresOn(time, days)).toBe(day);
});

describe('prices', () => {
  const priced = (attributes: Record<string, string | number>) =>
    spanRow(
      normaliseSpan({
        traceId: '1'.repeat(32),
        spanId: '2'.repeat(16),
        parentSpanId: null,
        name: 'chat',
        startTime: 1_790_000_000_000_000_000n,
        endTime: 1_790_000_001_000_000_000n,
        attributes: new Map(Object.entries({ 'gen_ai.operation.name': 'chat', ...attributes })),
        events: [],
        statusCode: 0,
        statusMessage: '',
        resource: new Map(),
        scope: { name: '', version: '' },
      }),
      project,
      book,
    ).priced;
  const cached = {
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 17_903,
    'gen_ai.usage.cache_read.input_tokens': 17_817,
    'gen_ai.usage.output_tokens': 500,
  };

  test('the worked example of the cost model: 0.02748625', () => {
    expect(priced(cached)).toMatchObject({ cost: 27_486_250_000n, source: 'price_book', unpricedTokens: 0 });
  });

  test('writes to a cache that live an hour have their own price, twice the input', () => {
    const written = {
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-4-6',
      'gen_ai.usage.input_tokens': 2_900,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'gen_ai.usage.cache_creation.input_tokens': 2_000,
      'gen_ai.usage.output_tokens': 100,
    };
    // Millionths: 500 x 3 + 400 x 0.3 + 2,000 x 3.75 + 100 x 15 = 10,620.
    expect(priced(written)).toMatchObject({ cost: 10_620_000_000n, fallback: false });
    // 1,500 of the writes at 6: 500 x 3 + 400 x 0.3 + 500 x 3.75 + 1,500 x 6 + 100 x 15 = 13,995.
    expect(priced({ ...written, 'gen_ai.usage.cache_creation_1h.input_tokens': 1_500 })).toMatchObject({
      cost: 13_995_000_000n,
      fallback: false,
    });
  });

  test('a reported cost wins, but 0 beside tokens is none', () => {
    expect(priced({ ...cached, 'gen_ai.usage.cost': 0.5 })).toMatchObject({
      cost: 500_000_000_000n,
      computedCost: 27_486_250_000n,
      source: 'reported',
    });
    expect(priced({ ...cached, 'gen_ai.usage.cost': 0 })).toMatchObject({
      cost: 27_486_250_000n,
      source: 'price_book',
    });
  });

  test('an unknown model is unpriced, never 0', () => {
    expect(priced({ ...cached, 'gen_ai.request.model': 'nobody-knows', 'gen_ai.provider.name': 'none' })).toMatchObject(
      {
        cost: null,
        source: 'unpriced',
        unpricedTokens: 18_403,
      },
    );
  });
});
