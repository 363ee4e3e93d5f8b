import { objectiveWrite } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { targetTextOf, unitCostOf } from './objective-view.js';

test.each([
  [undefined, '99.5 % without error'],
  ['0.57', '99.5 % without error, counted in minutes that are 57 % good'],
  ['.8', '99.5 % without error, counted in minutes that are 80 % good'],
  ['1.0', '99.5 % without error, counted in minutes that are 100 % good'],
])('minutes of %s in place of calls', (target, text) => {
  const definition = objectiveWrite.parse({
    slug: 'errors',
    name: 'Errors',
    indicator: { kind: 'error' },
    target: '0.995',
    ...(target === undefined ? {} : { timeslice: { target } }),
  });
  expect(targetTextOf(definition)).toBe(text);
});

test.each([
  [3_000_000_000_000n, 9, '0.333333333333'],
  [1n, 1, '0.000000000001'],
  [0n, 4, '0'],
  [5_000_000_000_000n, 0, null],
])('%s pico-units by %s', (cost, outcomes, text) => {
  expect(unitCostOf({ cost, outcomes })).toBe(text);
});
