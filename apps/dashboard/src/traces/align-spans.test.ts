import type { Span } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { alignSpans } from './align-spans.js';
import type { TreeRow } from './span-tree.js';

/** `1 tool search`: depth, kind and name. */
const rows = (...lines: string[]): TreeRow[] =>
  lines.map((line) => {
    const [depth = '0', kind = 'span', ...name] = line.split(' ');
    return { depth: Number(depth), descendants: 0, span: { kind, name: name.join(' ') } as Span };
  });

const shown = (a: TreeRow[], b: TreeRow[]): string[] =>
  alignSpans(a, b).map((pair) => `${pair.a?.span.name ?? '-'} | ${pair.b?.span.name ?? '-'}`);

test('steps that both have stand in one row, the others alone', () => {
  const a = rows('0 chain root', '1 retriever search', '1 generation chat', '1 tool refund');
  const b = rows('0 chain root', '1 generation chat', '1 guardrail check', '1 tool refund');
  expect(shown(a, b)).toEqual(['root | root', 'search | -', 'chat | chat', '- | check', 'refund | refund']);
});

test.each([
  ['numbers and ids are not part of a step', ['0 tool order 4711'], ['0 tool order 12'], ['order 4711 | order 12']],
  ['depth is', ['0 tool a'], ['1 tool a'], ['a | -', '- | a']],
  ['an empty side', [], ['0 tool a'], ['- | a']],
  ['two empty sides', [], [], []],
])('%s', (_, a, b, expected) => {
  expect(shown(rows(...a), rows(...b))).toEqual(expected);
});
