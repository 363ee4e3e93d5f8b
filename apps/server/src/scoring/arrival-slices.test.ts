import { expect, test } from 'vitest';
import { ArrivalSlices, type ArrivalSlot } from './arrival-slices.js';

const slots = (...rows: [slot: number, rows: number, mark?: string][]): ArrivalSlot[] =>
  rows.map(([slot, count, mark = 'a']) => ({ slot, rows: count, mark }));
const second = 100_000n;
const seen = (slices: ReturnType<ArrivalSlices['open']>): [bigint, bigint][] =>
  slices.map(({ since, until }) => [since / second, until / second]);

test('newest first, as many slots together as hold the rows of a slice', () => {
  const arrived = slots([1, 60], [2, 30], [3, 30], [4, 200], [5, 1]);
  expect(seen(new ArrivalSlices(100).open(arrived, 1_000n * second))).toEqual([
    [50n, 60n],
    [40n, 50n],
    [20n, 40n],
    [10n, 20n],
  ]);
  expect(seen(new ArrivalSlices(100).open(arrived, 40n * second))).toEqual([
    [20n, 40n],
    [10n, 20n],
  ]);
});

test('a slot is done once its calls have waited long enough, until something else arrives in it', () => {
  const slices = new ArrivalSlices(1_000);
  const [all] = slices.open(slots([1, 1], [2, 1], [3, 1]), 1_000n * second);
  slices.finished(all!, 39n * second);
  expect(seen(slices.open(slots([1, 1], [2, 1], [3, 1]), 1_000n * second))).toEqual([[30n, 40n]]);
  expect(seen(slices.open(slots([1, 1], [2, 2, 'more'], [3, 1]), 1_000n * second))).toEqual([[20n, 40n]]);
  expect(seen(slices.open(slots([1, 2, 'more'], [2, 2, 'more'], [3, 1]), 1_000n * second))).toEqual([[10n, 40n]]);
});
