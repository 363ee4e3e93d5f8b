import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '@plimsoll/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLogs, decodeMetrics, decodeTraces, detectBody, protobufOfTraces } from './body.js';
import { normaliseFacts, normaliseSpan } from './normalise.js';
import { SpanFacts } from './span-facts.js';
import type { Attributes, AttributeValue, InstrumentationScope, OtlpLogRecord, OtlpSpan } from './signals.js';

const root = new URL('../../../test/fixtures/otlp', import.meta.url).pathname;
const bodies = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bin'))
  .map((path) => ({ path, ...detectBody(readFileSync(join(root, path))) }));
const spansOf = (path: string) => {
  const body = bodies.find((each) => each.path === path)!;
  return decodeTraces(body.bytes, body.encoding).spans;
};

describe('protobuf and JSON agree on every recorded body', () => {
  test.each(bodies.filter(({ path }) => path.includes('traces')))('$path', ({ bytes, encoding }) => {
    const decoded = decodeTraces(bytes, encoding);
    expect(decoded.rejected).toEqual([]);
    for (const span of decoded.spans.slice(0, 20)) {
      expect(normaliseSpan(span)).toEqual(normaliseFacts(new SpanFacts(span)));
    }
    expect(decodeTraces(encodeTraces(decoded.spans), 'protobuf')).toEqual(decoded);
    const json = Buffer.from(jsonOfTraces(decoded.spans));
    expect(decodeTraces(json, 'json')).toEqual(decoded);
    expect(decodeTraces(protobufOfTraces(json, 'json'), 'protobuf')).toEqual(decoded);
  });

  test.each(bodies.filter(({ path }) => path.includes('logs')))('$path', ({ bytes, encoding }) => {
    const decoded = decodeLogs(bytes, encoding);
    expect(decodeLogs(encodeLogs(decoded.records), 'protobuf')).toEqual(decoded);
    expect(decodeLogs(Buffer.from(jsonOfLogs(decoded.records)), 'json')).toEqual(decoded);
  });

  test.each(bodies.filter(({ path }) => path.includes('metrics')))('$path counts its points', ({ bytes, encoding }) => {
    expect(decodeMetrics(bytes, encoding).dataPoints).toBeGreaterThan(0);
  });
});

describe('a broken body is a clear error and never a crash', () => {
  const small = encodeTraces(spansOf('otel-manual/protobuf/traces-1.bin').slice(1, 2));

  test('protobuf cut at every byte', () => {
    for (let length = 0; length < small.length; length += 1) expectReadable(small.subarray(0, length));
    // All of it is one message: whatever is missing is missed.
    for (let length = 1; length < small.length; length += 1) {
      expect(() => decodeTraces(small.subarray(0, length), 'protobuf')).toThrow(
        /protobuf body: .*truncated.* at byte \d+/,
      );
    }
  });

  test('protobuf with any byte changed', () => {
    for (let at = 0; at < small.length; at += 1) {
      for (const value of [0x00, 0x80, 0xff]) {
        const broken = Buffer.from(small);
        broken[at] = value;
        expectReadable(broken);
      }
    }
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectReadable(bytes)));
  });

  test('any JSON', () => {
    const keys = fc.constantFrom(
      'resourceSpans',
      'scopeSpans',
      'spans',
      'attributes',
      'value',
      'arrayValue',
      'values',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 6 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      object: fc.dictionary(keys, tie('tree'), { maxKeys: 3 }),
    }));
    fc.assert(fc.property(tree, (value) => expectReadable(Buffer.from(JSON.stringify(value)), 'json')));
  });

  test('any JSON is refused or read the same, as objects and as protobuf', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ maxLength: 300 }),
      fc.constantFrom('', '\ud800', '0'),
    );
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(-0, 2 ** 53, 2 ** 63, 1e300));
    const plain = fc.oneof(
      anyText,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.bigInt(-(2n ** 65n), 2n ** 65n).map(String),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.record(
          { stringValue: plain, boolValue: plain, intValue: plain, doubleValue: plain, bytesValue: plain },
          { requiredKeys: [] },
        ),
        fc.record({ stringValue: anyText }),
        fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
        fc.record({
          kvlistValue: fc.record({
            values: fc.array(fc.record({ key: anyText, value: tie('value') }), { maxLength: 3 }),
          }),
        }),
        plain,
      ),
    }));
    const attributes = fc.array(fc.record({ key: anyText, value }, { requiredKeys: [] }), { maxLength: 4 });
    const id = fc.oneof(
      fc.constantFrom(
        '',
        '0'.repeat(32),
        'zz'.repeat(16),
        'ab'.repeat(16),
        'CD'.repeat(8),
        'q83vq83vq83vq83vq83vqw==',
        'q83vq83vq80=',
      ),
      plain,
    );
    const span = fc.record(
      {
        traceId: fc.oneof(fc.constant('ab'.repeat(16)), id),
        spanId: fc.oneof(fc.constant('cd'.repeat(8)), id),
        parentSpanId: id,
        name: plain,
        startTimeUnixNano: plain,
        endTimeUnixNano: plain,
        attributes,
        events: fc.array(fc.record({ name: plain, timeUnixNano: plain, attributes }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
        status: fc.record({ code: plain, message: plain }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const scopeSpans = fc.record({
      scope: fc.record({ name: plain, version: plain }),
      spans: fc.array(span, { maxLength: 3 }),
    });
    const group = fc.record(
      { resource: fc.record({ attributes }), scopeSpans: fc.array(scopeSpans, { maxLength: 2 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(group, { maxLength: 2 }), (resourceSpans) => {
        const json = Buffer.from(JSON.stringify({ resourceSpans }));
        const answers = [
          () => decodeTraces(json, 'json'),
          () => decodeTraces(protobufOfTraces(json, 'json'), 'protobuf'),
        ].map((read) => {
          try {
            const { spans, rejected } = read();
            // Half a surrogate pair is no text in UTF-8: as bytes it is the replacement character at once.
            return { spans: wellFormed(spans), rejected: rejected.map(({ reason }) => reason) };
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_input', field: 'body' });
            return 'refused';
          }
        });
        expect(answers[1]).toEqual(answers[0]);
      }),
      { numRuns: 400 },
    );
  });

  test('a value nested without end', () => {
    const depth = 100_000;
    const value = `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`;
    const span = `{"traceId":"${'1'.repeat(32)}","spanId":"${'1'.repeat(16)}","attributes":[{"key":"deep","value":${value}}]}`;
    const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
    expect(() => decodeTraces(Buffer.from(json), 'json')).toThrow(/nested deeper/);
    expect(() => protobufOfTraces(Buffer.from(json), 'json')).toThrow(/nested deeper/);
  });
});

/** Every text as UTF-8 has it. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value).toString();
  if (value instanceof Map) return wellFormed([...value]);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return wellFormed(Object.entries(value));
}

function expectReadable(bytes: Uint8Array, encoding: 'protobuf' | 'json' = 'protobuf'): void {
  for (const decode of [decodeTraces, decodeLogs, decodeMetrics]) {
    try {
      decode(bytes, encoding);
    } catch (error) {
      expect(error).toBeInstanceOf(PlimsollError);
      expect(error).toMatchObject({ code: 'invalid_input', field: 'body' });
    }
  }
}

// What follows writes both encodings the plain way, from the proto files: a reference that shares no code with the readers.

interface Item {
  readonly resource: Attributes;
  readonly scope: InstrumentationScope;
}

function jsonOfTraces(spans: readonly OtlpSpan[]): string {
  return jsonRequest('resourceSpans', 'scopeSpans', 'spans', spans, (span) => ({
    traceId: span.traceId.toUpperCase(),
    spanId: span.spanId,
    ...(span.parentSpanId === null ? { parentSpanId: '' } : { parentSpanId: span.parentSpanId }),
    name: span.name,
    startTimeUnixNano: String(span.startTime),
    endTimeUnixNano: String(span.endTime),
    attributes: jsonAttributes(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: String(event.time),
      attributes: jsonAttributes(event.attributes),
    })),
    status: { code: span.statusCode, message: span.statusMessage },
  }));
}

function jsonOfLogs(records: readonly OtlpLogRecord[]): string {
  return jsonRequest('resourceLogs', 'scopeLogs', 'logRecords', records, (record) => ({
    traceId: record.traceId,
    spanId: record.spanId,
    timeUnixNano: String(record.time),
    severityText: record.severity,
    eventName: record.name,
    body: jsonValue(record.body),
    attributes: jsonAttributes(record.attributes),
  }));
}

function jsonRequest<T extends Item>(
  groupKey: string,
  scopeKey: string,
  itemKey: string,
  items: readonly T[],
  print: (item: T) => object,
): string {
  return JSON.stringify({
    [groupKey]: items.map((item) => ({
      resource: { attributes: jsonAttributes(item.resource) },
      [scopeKey]: [{ scope: item.scope, [itemKey]: [print(item)] }],
    })),
  });
}

function jsonAttributes(attributes: Attributes): object[] {
  return [...attributes].map(([key, value]) => ({ key, value: jsonValue(value) }));
}

function jsonValue(value: AttributeValue): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(jsonValue) } };
  return { kvlistValue: { values: Object.entries(value).map(([key, each]) => ({ key, value: jsonValue(each) })) } };
}

function encodeTraces(spans: readonly OtlpSpan[]): Buffer {
  return encodeRequest(spans, (span) => [
    bytes(1, Buffer.from(span.traceId, 'hex')),
    bytes(2, Buffer.from(span.spanId, 'hex')),
    bytes(4, Buffer.from(span.parentSpanId ?? '', 'hex')),
    text(5, span.name),
    fixed64(7, span.startTime),
    fixed64(8, span.endTime),
    ...encodeAttributes(9, span.attributes),
    ...span.events.map((event) =>
      message(11, [fixed64(1, event.time), text(2, event.name), ...encodeAttributes(3, event.attributes)]),
    ),
    message(15, [text(2, span.statusMessage), number(3, span.statusCode)]),
  ]);
}

function encodeLogs(records: readonly OtlpLogRecord[]): Buffer {
  return encodeRequest(records, (record) => [
    fixed64(1, record.time),
    text(3, record.severity),
    message(5, encodeValue(record.body)),
    ...encodeAttributes(6, record.attributes),
    bytes(9, Buffer.from(record.traceId, 'hex')),
    bytes(10, Buffer.from(record.spanId, 'hex')),
    text(12, record.name),
  ]);
}

/** One resource group with one scope an item. */
function encodeRequest<T extends Item>(items: readonly T[], encode: (item: T) => Buffer[]): Buffer {
  return Buffer.concat(
    items.map((item) =>
      message(1, [
        // The scope group stands before the resource: the order of fields must not matter.
        message(2, [message(2, encode(item)), message(1, [text(1, item.scope.name), text(2, item.scope.version)])]),
        message(1, encodeAttributes(1, item.resource)),
      ]),
    ),
  );
}

function encodeAttributes(field: number, attributes: Attributes): Buffer[] {
  return [...attributes].map(([key, value]) => message(field, [text(1, key), message(2, encodeValue(value))]));
}

function encodeValue(value: AttributeValue): Buffer[] {
  if (value === null) return [];
  if (typeof value === 'string') return [bytes(1, Buffer.from(value), true)];
  if (typeof value === 'boolean') return [Buffer.from([2 << 3, value ? 1 : 0])];
  if (typeof value === 'bigint') return [Buffer.concat([varint(3n << 3n), varint(BigInt.asUintN(64, value))])];
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return encodeValue(BigInt(value));
    const double = Buffer.alloc(9);
    double[0] = (4 << 3) | 1;
    double.writeDoubleLE(value, 1);
    return [double];
  }
  if (value instanceof Uint8Array) return [bytes(7, Buffer.from(value), true)];
  if (Array.isArray(value))
    return [
      message(
        5,
        value.map((each) => message(1, encodeValue(each))),
      ),
    ];
  return [message(6, encodeAttributes(1, new Map(Object.entries(value))))];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts), true);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'utf8'));
}

function bytes(field: number, value: Buffer, evenEmpty = false): Buffer {
  if (value.length === 0 && !evenEmpty) return value;
  return Buffer.concat([varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)), value]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(BigInt(field) << 3n), varint(BigInt(value))]);
}

function fixed64(field: number, value: bigint): Buffer {
  const buffer = Buffer.alloc(9);
  buffer[0] = (field << 3) | 1;
  buffer.writeBigUInt64LE(value, 1);
  return buffer;
}

function varint(value: bigint): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Buffer.from(out);
}
