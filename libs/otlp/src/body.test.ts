import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeTraces, detectBody } from './body.js';

const recorded = readFileSync(
  new URL('../../../test/fixtures/otlp/otel-manual/protobuf/traces-1.bin', import.meta.url),
);

const spanJson = (fields: string) =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'a'.repeat(32)}","spanId":"${'b'.repeat(16)}",${fields}}]}]}]}`;
const spanOf = (fields: string) => decodeTraces(Buffer.from(spanJson(fields)), 'json').spans[0]!;

describe('a body without headers tells its encoding', () => {
  test.each<[string, Uint8Array, string]>([
    ['protobuf', recorded, 'protobuf'],
    ['gzip of protobuf', gzipSync(recorded), 'protobuf'],
    ['JSON', Buffer.from('{"resourceSpans":[]}'), 'json'],
    ['gzip of JSON', gzipSync('{}'), 'json'],
    ['JSON after white space', Buffer.from('\n {"resourceSpans":[]}\n'), 'json'],
    ['JSON after a byte order mark', Buffer.from('\ufeff{}'), 'json'],
    ['nothing', Buffer.alloc(0), 'protobuf'],
    // 0x0a 0x7b: a first field of 123 bytes looks like a line break and an opening brace.
    ['protobuf that starts like JSON', Buffer.concat([Buffer.from([0x0a, 0x7b]), Buffer.alloc(123, 0x18)]), 'protobuf'],
  ])('%s', (_, bytes, encoding) => {
    expect(detectBody(bytes).encoding).toBe(encoding);
  });

  test('broken gzip is named', () => {
    expect(() => detectBody(gzipSync(recorded).subarray(0, 50))).toThrow(/gzip body: unexpected end of file/);
  });
});

describe('leniencies of OTLP/JSON', () => {
  test('64-bit integers as text, as numbers, and bare beyond 2^53', () => {
    const value = (text: string) =>
      spanOf(`"attributes":[{"key":"n","value":{"intValue":${text}}}]`).attributes.get('n');
    expect(value('"9223372036854775807"')).toBe(9_223_372_036_854_775_807n);
    expect(value('9223372036854775807')).toBe(9_223_372_036_854_775_807n);
    expect(value('-9007199254740993')).toBe(-9_007_199_254_740_993n);
    expect(value('7')).toBe(7);
    expect(spanOf('"startTimeUnixNano":1790000000000000789').startTime).toBe(1_790_000_000_000_000_789n);
  });

  test('a finished span without a start stands at its end', () => {
    expect(spanOf('"endTimeUnixNano":"9"')).toMatchObject({ startTime: 9n, endTime: 9n });
    expect(spanOf('"startTimeUnixNano":"7"')).toMatchObject({ startTime: 7n, endTime: 0n });
  });

  test('a number in a text is left alone', () => {
    const text = '{\\"intValue\\":12345678901234567890}';
    expect(spanOf(`"name":"${text}"`).name).toBe('{"intValue":12345678901234567890}');
  });

  test('ids in upper case and in base64', () => {
    const json = (traceId: string, spanId: string) =>
      decodeTraces(
        Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId }] }] }] })),
        'json',
      ).spans[0];
    expect(json('A'.repeat(32), 'B'.repeat(16))).toMatchObject({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    expect(json(base64('ab'.repeat(16)), base64('cd'.repeat(8)))).toMatchObject({
      traceId: 'ab'.repeat(16),
      spanId: 'cd'.repeat(8),
    });
  });

  test.each(['', '0'.repeat(16), 'xyz'])('parent %j is a root', (parent) => {
    expect(spanOf(`"parentSpanId":"${parent}"`).parentSpanId).toBeNull();
  });

  test('enumerations by name, doubles by name, unknown keys, null for absent', () => {
    const span = spanOf(
      '"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"},"events":null,"later":{"x":1},' +
        '"attributes":[{"key":"d","value":{"doubleValue":"Infinity"}},{"key":"e","value":{}},{"key":"f"}]',
    );
    expect(span.statusCode).toBe(2);
    expect([...span.attributes]).toEqual([
      ['d', Number.POSITIVE_INFINITY],
      ['e', null],
      ['f', null],
    ]);
  });

  test.each([
    ['"startTimeUnixNano":"soon"', /startTimeUnixNano must be nanoseconds/],
    ['"attributes":{}', /attributes must be a list/],
    ['"attributes":[{"key":"n","value":{"intValue":"1.5"}}]', /intValue that is no 64-bit integer/],
  ])('%s names the field', (fields, message) => {
    expect(() => spanOf(fields)).toThrow(message);
  });
});

test('a bad id refuses that span alone', () => {
  const span = (traceId: string, spanId: string) => ({ traceId, spanId });
  const body = JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              span('a'.repeat(32), '0'.repeat(16)),
              span('a'.repeat(32), 'b'.repeat(16)),
              span('0'.repeat(32), 'b'.repeat(16)),
              span('abc', 'b'.repeat(16)),
            ],
          },
        ],
      },
    ],
  });
  const { spans, rejected } = decodeTraces(Buffer.from(body), 'json');
  expect(spans.map(({ spanId }) => spanId)).toEqual(['b'.repeat(16)]);
  expect(rejected.map(({ reason }) => reason)).toEqual(['span_id_invalid', 'trace_id_invalid', 'trace_id_invalid']);
});
