import { describe, expect, it } from 'vitest';
import { nextDelayMs } from './retry-schedule.js';

describe('nextDelayMs', () => {
  it('follows 0 s, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 10 h and then gives up', () => {
    const delays = Array.from({ length: 9 }, (_, attempts) => nextDelayMs(attempts, 0.5));
    expect(delays).toEqual([0, 5000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000, null]);
  });

  it('spreads by a tenth either way and honours Retry-After', () => {
    expect(nextDelayMs(2, 0)).toBe(270_000);
    expect(nextDelayMs(2, 0.999_999)).toBe(330_000);
    expect(nextDelayMs(1, 0.5, 60)).toBe(60_000);
    expect(nextDelayMs(2, 0.5, 60)).toBe(300_000);
  });
});
