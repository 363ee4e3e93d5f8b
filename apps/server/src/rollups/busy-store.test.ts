import { expect, test } from 'vitest';
import { isBusy } from './busy-store.js';

const now = 1_000_000_005_000_000n;

test('a store is busy when more than 2,000 rows a second arrived in the last two whole slots', () => {
  const open = 100_000_000;
  expect(isBusy([{ slot: open - 1, rows: 40_000 }], now)).toBe(false);
  expect(
    isBusy(
      [
        { slot: open - 1, rows: 20_001 },
        { slot: open - 2, rows: 20_000 },
      ],
      now,
    ),
  ).toBe(true);
  expect(
    isBusy(
      [
        { slot: open - 3, rows: 1_000_000 },
        { slot: open, rows: 1_000_000 },
      ],
      now,
    ),
  ).toBe(false);
});
