import { describe, expect, test } from 'vitest';
import { SpanFacts } from '../span-facts.js';
import type { FieldName } from './dialect.js';
import { dialects, isMappedKey, sourcesOf } from './index.js';

const empty = new SpanFacts({
  traceId: '1'.repeat(32),
  spanId: '1'.repeat(16),
  parentSpanId: null,
  name: '',
  startTime: 0n,
  endTime: 0n,
  attributes: new Map(),
  events: [],
  statusCode: 0,
  statusMessage: '',
  resource: new Map(),
  scope: { name: '', version: '' },
});

test('ids and titles are unique', () => {
  expect(new Set(dialects.map(({ id }) => id)).size).toBe(dialects.length);
  expect(new Set(dialects.map(({ title }) => title)).size).toBe(dialects.length);
});

describe.each(dialects)('$id', (dialect) => {
  const sources = Object.entries(dialect.sources);

  test('says something', () => {
    expect(sources.flatMap(([, list]) => list).length).toBeGreaterThan(0);
    expect(dialect.id).toMatch(/^[a-z0-9-]+$/);
  });

  test('finds nothing in an empty span', () => {
    for (const [, list] of sources) for (const source of list) expect(source.read(empty) ?? null).toBeNull();
  });

  test('explains every attribute that it reads', () => {
    const named = sources.flatMap(([, list]) => list.map(({ key }) => key));
    const plain = named.filter((key) => /^[a-z_]+([.:][A-Za-z0-9_-]+)+$/.test(key));
    expect(plain.filter((key) => !isMappedKey(key))).toEqual([]);
  });

  test('every field that it gives is in the order of that field', () => {
    for (const [field, list] of sources) {
      const ordered = sourcesOf(field as FieldName);
      for (const source of list) expect(ordered).toContain(source);
    }
  });
});
