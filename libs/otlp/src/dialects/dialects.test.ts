import { describe, expect, test } from 'vitest';
import { SpanFacts } from '../span-facts.js';
import type { FieldName } from './dialect.js';
import type { Origin } from './dialect.js';
import { dialects, isMappedKey, matches, sourcesOf } from './index.js';

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

/** Keys of spans and resources that a source says nothing without. */
function attributesOf(from: Origin<unknown>): string[] {
  if ('attribute' in from) return [from.attribute];
  if ('resource' in from) return [from.resource];
  if ('scopes' in from) return [];
  return from.oneOf.map((key) => key.replace(/^resource /, ''));
}

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

  test('is asked wherever it may say something: its keys name all that its sources rest on', () => {
    if (dialect.alwaysAsked === true) return;
    const rests = sources.flatMap(([field, list]) =>
      list.flatMap(({ from }) => attributesOf(from).map((key) => [field, key] as const)),
    );
    const named = (key: string) => dialect.keys.some((pattern) => pattern === key || matches(pattern, key));
    // What the dialect that is asked of every span reads for the same field needs no second reader.
    const always = dialects.find(({ alwaysAsked }) => alwaysAsked)!;
    const readAnyway = (field: string, key: string) =>
      always.sources[field as FieldName]?.some(({ from }) => attributesOf(from).includes(key));
    expect(rests.filter(([field, key]) => !named(key) && readAnyway(field, key) !== true)).toEqual([]);
  });

  test('explains every attribute that it reads', () => {
    const read = sources.flatMap(([, list]) => list.flatMap(({ from }) => attributesOf(from)));
    expect(read.filter((key) => !isMappedKey(key))).toEqual([]);
  });

  test('every field that it gives is in the order of that field', () => {
    for (const [field, list] of sources) {
      const ordered = sourcesOf(field as FieldName);
      for (const source of list) expect(ordered).toContain(source);
    }
  });
});
