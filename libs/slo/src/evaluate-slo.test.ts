import { readFileSync } from 'node:fs';
import { PlimsollError, sloEvalOutput } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { evaluateSlo } from './index.js';

const cases = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../test/cases/slo/${name}.json`, import.meta.url), 'utf8')) as T;

/** Compares what the row names, numbers to six significant digits; arrays entry by entry, extra entries are free. */
function expectLike(actual: unknown, wanted: unknown, path: string): void {
  if (typeof wanted === 'number') {
    expect(actual, path).toBeTypeOf('number');
    const gap = Math.abs((actual as number) - wanted);
    expect(gap, `${path}: ${String(actual)} instead of ${wanted}`).toBeLessThanOrEqual(1e-6 * Math.abs(wanted) * 5);
  } else if (Array.isArray(wanted) && wanted.length === 0) {
    expect(actual, path).toEqual([]);
  } else if (wanted !== null && typeof wanted === 'object') {
    for (const [key, value] of Object.entries(wanted)) {
      expectLike((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toBe(wanted);
  }
}

describe('worked examples', () => {
  test.each(cases<{ name: string; input: unknown; expect: unknown }[]>('worked-examples'))('$name', (row) => {
    const output = evaluateSlo(row.input);
    expectLike(output, row.expect, 'output');
    expect(sloEvalOutput.safeParse(output).error).toBeUndefined();
    expect(JSON.stringify(output)).not.toContain('NaN');
  });
});

describe('refused inputs name the field', () => {
  test.each(cases<{ name: string; input: unknown; message: string }[]>('refused-inputs'))('$name', (row) => {
    const error = (() => {
      try {
        evaluateSlo(row.input);
      } catch (caught) {
        return caught;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(PlimsollError);
    expect((error as PlimsollError).message).toContain(row.message);
    expect((error as PlimsollError).message).not.toContain('\n');
  });
});

test('an outage of many thousand samples does not overflow', () => {
  const output = evaluateSlo({
    objective: { target: '0.95' },
    sequence: { x: Array.from({ length: 5000 }, () => 1), threshold: 18_000 },
  });
  const text = JSON.stringify(output);
  expect(text).not.toContain('null,');
  expect((output as { alarmAt: number }).alarmAt).toBeLessThan(20);
});
