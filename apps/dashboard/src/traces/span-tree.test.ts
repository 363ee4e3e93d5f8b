import type { Span } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { barOf, callsInsideCalls, spanTree, visibleRows } from './span-tree.js';

const span = (spanId: string, parentSpanId: string | null, startMs: number, latencyMs = 10) =>
  ({
    spanId,
    parentSpanId,
    startTime: new Date(startMs).toISOString(),
    startTimeUnixNano: `${startMs}000000`,
    latencyMs,
  }) as Span;

const outline = (spans: Span[]) =>
  spanTree(spans).map((row) => `${' '.repeat(row.depth)}${row.span.spanId}:${row.descendants}`);

describe('spanTree', () => {
  test('parents before children, siblings by start', () => {
    expect(outline([span('c', 'a', 30), span('b', 'a', 20), span('a', null, 10), span('d', 'b', 25)])).toEqual([
      'a:3',
      ' b:1',
      '  d:0',
      ' c:0',
    ]);
  });

  test('a span whose parent has not come is a root', () => {
    expect(outline([span('b', 'missing', 20), span('a', null, 10)])).toEqual(['a:0', 'b:0']);
  });

  test('loops and ids that occur twice neither hang nor lose a span', () => {
    expect(spanTree([span('a', 'b', 10), span('b', 'a', 20)])).toHaveLength(2);
    expect(spanTree([span('a', 'a', 10)])).toHaveLength(1);
    expect(spanTree([span('a', null, 10), span('a', null, 20), span('b', 'a', 30)])).toHaveLength(3);
  });

  test('a chain of 50,000 spans is no matter', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      span(`s${index}`, index === 0 ? null : `s${index - 1}`, index),
    );
    expect(spanTree(chain).at(-1)?.depth).toBe(49_999);
  });

  test('folding hides what is below, and only that', () => {
    const rows = spanTree([span('a', null, 1), span('b', 'a', 2), span('c', 'b', 3), span('d', 'a', 4)]);
    expect(visibleRows(rows, new Set(['b'])).map((row) => row.span.spanId)).toEqual(['a', 'b', 'd']);
    expect(visibleRows(rows, new Set(['a', 'b'])).map((row) => row.span.spanId)).toEqual(['a']);
  });

  test('bars stay inside the trace even when clocks disagree', () => {
    expect(barOf(span('a', null, 1050, 50), 1000, 100)).toEqual({ left: 0.5, width: 0.5 });
    expect(barOf(span('a', null, 900, 50), 1000, 100)).toEqual({ left: 0, width: 0.5 });
    expect(barOf(span('a', null, 1090, 500), 1000, 100)).toEqual({ left: 0.9, width: expect.closeTo(0.1) as number });
  });
});

test('calls inside calls are those of which both have counts', () => {
  const of = (spanId: string, parentSpanId: string | null, kind: Span['kind'], counted = true) =>
    ({ ...span(spanId, parentSpanId, 10), kind, tokens: counted ? { input: 5 } : null }) as Span;
  const inside = (...spans: Span[]) => callsInsideCalls(spans).map(({ spanId }) => spanId);
  expect(inside(of('a', null, 'generation'), of('b', 'a', 'generation'), of('c', 'b', 'tool'))).toEqual(['b']);
  expect(inside(of('a', null, 'agent'), of('b', 'a', 'generation'), of('c', 'b', 'tool'))).toEqual([]);
  // A tool of a call may ask a model of its own: nobody repeats anything.
  expect(inside(of('a', null, 'generation'), of('b', 'a', 'tool'), of('c', 'b', 'generation'))).toEqual([]);
  expect(inside(of('a', null, 'generation', false), of('b', 'a', 'generation'), of('c', null, 'embedding'))).toEqual(
    [],
  );
});
