import { expect, test } from 'vitest';
import { HourPace } from './hour-pace.js';

test.each([
  { tookMs: 100, waitMs: 54_000, again: false },
  { tookMs: 100, waitMs: 56_000, again: true },
  { tookMs: 10_000, waitMs: 99_000, again: false },
  { tookMs: 10_000, waitMs: 101_000, again: true },
])('after $tookMs ms of work and $waitMs ms of rest: $again', async ({ tookMs, waitMs, again }) => {
  let now = 0;
  const pace = new HourPace(() => now);
  const work = (): Promise<void> => {
    now += tookMs;
    return Promise.resolve();
  };
  expect(await pace.run('hour', work)).toBe(true);
  now += waitMs;
  expect(await pace.run('hour', work)).toBe(again);
  expect(await pace.run('another hour', work)).toBe(true);
});
