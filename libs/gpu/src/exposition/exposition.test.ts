import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExposition, printSample } from './exposition.js';

const folder = new URL('../../../../test/fixtures/exposition/', import.meta.url);

interface Expected {
  samples: number;
  rejected_lines: number[];
  types: number;
  expected?: unknown[];
  series_per_name?: Record<string, number>;
}

const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Expected>;
const pages = readdirSync(folder).filter((name) => name !== 'expected.json');

describe('recorded pages', () => {
  test('every page has an expectation', () => {
    expect(pages.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s', (name, want) => {
    const page = parseExposition(readFileSync(new URL(name, folder)));
    expect(page.samples).toHaveLength(want.samples);
    expect(page.rejected.map(({ line }) => line)).toEqual(want.rejected_lines);
    expect(page.types.size).toBe(want.types);
    if (want.expected !== undefined) expect(page.samples.map(printSample)).toEqual(want.expected);
    if (want.series_per_name !== undefined) {
      const counts: Record<string, number> = {};
      for (const sample of page.samples) counts[sample.name] = (counts[sample.name] ?? 0) + 1;
      expect(counts).toEqual(want.series_per_name);
    }
  });
});

describe('lines', () => {
  test.each([
    ['a{b="1",b="2"} 1', 'label b is repeated'],
    ['a 1 2 3', 'something follows'],
    ['a 1 2.5', 'whole milliseconds'],
    ['a 0x10', 'not a number'],
    ['a', 'value is missing'],
    [`a{b="${'x'.repeat(70_000)}"} 1`, 'longer than 64 KiB'],
  ])('%.30s is refused with a reason', (line, reason) => {
    const page = parseExposition(`ok 1\n${line}\nok 2`);
    expect(page.samples).toHaveLength(2);
    expect(page.rejected).toEqual([{ line: 2, reason: expect.stringContaining(reason) as unknown }]);
  });

  test('an empty page has nothing', () => {
    expect(parseExposition('')).toMatchObject({ samples: [], rejected: [] });
  });

  test('series over the limit are refused, not kept', () => {
    const page = parseExposition('a 1\n'.repeat(50_002));
    expect([page.samples.length, page.rejected.length]).toEqual([50_000, 2]);
  });

  test('never throws, and never loses a good line to its neighbours', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 })), (noise) => {
        const lines = noise.map((line) => line.replaceAll(/[\r\n]/g, ' '));
        const page = parseExposition(lines.map((line) => `${line}\ngood 1\n`).join(''));
        return page.samples.filter(({ name }) => name === 'good').length >= lines.length;
      }),
    );
  });
});
