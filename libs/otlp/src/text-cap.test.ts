import type { CanonicalSpan } from '@plimsoll/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseSpan } from './normalise.js';
import { remapSpan } from './stored-span.js';
import { type LogRecordEntry } from './log-records.js';
import { capLogRecord, capSpan, cutKey, cutTexts } from './text-cap.js';

const most = 1_000;
const long = 'x'.repeat(5_000);

function spanWith(attributes: Record<string, string>): CanonicalSpan {
  return normaliseSpan({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: null,
    name: 'chat',
    startTime: 1_790_000_000_000_000_000n,
    endTime: 1_790_000_001_000_000_000n,
    attributes: new Map(Object.entries(attributes)),
    events: [],
    statusCode: 0,
    statusMessage: '',
    resource: new Map(),
    scope: { name: '', version: '' },
  });
}

/** Every text in a value, keys too, but those of the flag. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === cutKey ? [] : [key, ...textsIn(inner)]));
}

test('a span without long texts stays as it is', () => {
  const span = spanWith({ 'gen_ai.operation.name': 'chat', note: 'x'.repeat(most) });
  const { value, cut } = capSpan(span, most);
  expect(cut).toBe(0);
  expect(value.attributes).toEqual({ 'gen_ai.operation.name': 'chat', note: 'x'.repeat(most) });
});

test('every text of a span is cut, wherever it is, and nothing else is', () => {
  const span = spanWith({ note: 'short' });
  const strings = Object.entries(span).filter(([, value]) => value === null || typeof value === 'string');
  // Ids, times and what is one of a few words are no texts of clients.
  const fixed = new Set([
    'traceId',
    'spanId',
    'parentSpanId',
    'kind',
    'status',
    'reportedCost',
    'reportedCurrency',
    'ttftSource',
  ]);
  for (const [field] of strings) if (!fixed.has(field)) Object.assign(span, { [field]: long });
  Object.assign(span, {
    httpStatus: null,
    ttftMs: null,
    stream: null,
    tokens: null,
    tags: ['a', long],
    tools: [long],
    metadata: { key: long },
    resource: { [long]: 'value' },
    input: [
      { role: long, text: long },
      { role: 'user', text: null },
    ],
    toolCalls: [{ id: long, name: long, arguments: { deep: [{ [long]: long }, 7] } }],
    events: [{ name: long, time: '1', attributes: { key: long } }],
    attributes: { key: long, other: 'short' },
  });
  const { value, cut } = capSpan(span, most);
  expect(textsIn(value).filter((text) => text.length > most)).toEqual([]);
  expect(value.input?.[1]).toEqual({ role: 'user', text: null });
  expect(value.attributes['other']).toBe('short');
  const named = cutTexts(value.attributes);
  expect(named.every(({ kept, of }) => kept === most && of === 5_000)).toBe(true);
  const fields = named.map(({ field }) => field);
  for (const field of ['name', 'system', 'output', 'userId', 'tags.1', 'tools.0', 'metadata.key', 'input.0.text']) {
    expect(fields).toContain(field);
  }
  // Two texts of the arguments have one name.
  expect(cut).toBe(named.length + 1);
});

test('a text is cut at the end of a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.integer({ min: 4, max: 40 }),
      (text, bytes) => {
        const { value } = capSpan(spanWith({ text }), bytes);
        const kept = value.attributes['text'] ?? '';
        const whole = Buffer.from(text).toString();
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(bytes);
        if (kept !== text) {
          expect(whole.startsWith(kept)).toBe(true);
          // A character has four bytes at most.
          expect(Buffer.byteLength(kept)).toBeGreaterThan(bytes - 4);
        }
      },
    ),
  );
});

test('at most 100 texts are named, and all are counted', () => {
  const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key ${index}`, long]));
  const { value, cut } = capSpan(spanWith(attributes), most);
  expect(cut).toBe(300);
  expect(cutTexts(value.attributes)).toHaveLength(100);
});

test('the body of a log record stays JSON, with its wide integers', () => {
  const record = { body: `{"id":9007199254740993,"${long}":["${long}","short"]}`, attributes: { key: long } };
  const given = { ...record, name: 'n', severity: '', scopeName: '', service: '' } as unknown as LogRecordEntry;
  const { value, cut } = capLogRecord(given, most);
  const text = 'x'.repeat(most);
  expect(value.body).toBe(`{"id":9007199254740993,"${text}":["${text}","short"]}`);
  expect(value.attributes['key']).toBe(text);
  expect(cut).toBe(3);
});

test('a client that writes the flag itself says nothing', () => {
  for (const text of ['', '{', '[]', '7', 'null', '{"a":7}', '{"a":{"kept":"1","of":2}}']) {
    expect(cutTexts({ [cutKey]: text })).toEqual([]);
  }
});

test('mapped again, a span keeps what it was read from before the cut', () => {
  const messages = JSON.stringify([{ role: 'user', content: `say ${long}` }]);
  const { value } = capSpan(
    spanWith({ 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': messages, a: long }),
    most,
  );
  const before = value.input;
  expect(before).toEqual([{ role: 'user', text: `say ${long}`.slice(0, most) }]);
  expect(
    remapSpan({ ...value, attributes: { ...value.attributes, 'gen_ai.input.messages': messages.slice(0, most) } })
      .input,
  ).toEqual(before);
});
