import { expect, test } from 'vitest';
import { HourPace } from './hour-pace.js';

test.each([
  { tookMs: 100, waitMs: 54_000, due: ['another'] },
  { tookMs: 100, waitMs: 56_000, due: ['hour', 'another'] },
  { tookMs: 10_000, waitMs: 99_000, due: ['another'] },
  { tookMs: 10_000, waitMs: 101_000, due: ['hour', 'another'] },
])('after $tookMs ms of work and $waitMs ms of rest: $due', async ({ tookMs, waitMs, due }) => {
  let now = 0;
  const pace = new HourPace(() => now);
  expect(pace.due(['hour'])).toEqual(['hour']);
  await pace.run(['hour'], () => {
    now += tookMs;
    return Promise.resolve();
  });
  now += waitMs;
  expect(pace.due(['hour', 'another'])).toEqual(due);
});

test('a failed recompute may be tried again at once', async () => {
  const pace = new HourPace(() => 0);
  await expect(pace.run(['hour'], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(pace.due(['hour'])).toEqual(['hour']);
});
