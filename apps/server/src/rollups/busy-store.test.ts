import { expect, test } from 'vitest';
import { isBusy } from './busy-store.js';

const now = 1_000_000_005_000_000n;
const open = 100_000_000;
const slots = (...rows: [back: number, rows: number][]): { slot: number; rows: number }[] =>
  rows.map(([back, count]) => ({ slot: open - back, rows: count }));

test('a store is busy when as many rows arrived lately as 2,000 a second make in two slots', () => {
  expect(isBusy(slots([1, 40_000]), now, 10)).toBe(false);
  expect(isBusy(slots([1, 20_001], [2, 20_000]), now, 10)).toBe(true);
  expect(isBusy(slots([0, 40_001]), now, 10)).toBe(true);
  expect(isBusy(slots([3, 1_000_000]), now, 10)).toBe(false);
  expect(isBusy([{ slot: open * 10 - 15, rows: 40_001 }], now, 1)).toBe(true);
  expect(isBusy(slots([1, 200_000]), now, 10, 10_000)).toBe(false);
  expect(isBusy(slots([1, 200_001]), now, 10, 10_000)).toBe(true);
});
