import { describe, expect, it } from 'vitest';
import { type BadnessPoint, findOnset, onsetSlackMs } from './onset.js';

const minutes = (rows: [number, number][]): BadnessPoint[] =>
  rows.map(([n, bad], index) => ({ at: index * 60_000, n, bad }));
const repeat = (count: number, n: number, bad: number): [number, number][] =>
  Array.from({ length: count }, () => [n, bad]);

describe('findOnset', () => {
  it('finds the minute of a step and the gain of the split', () => {
    const onset = findOnset(minutes([...repeat(30, 100, 4), ...repeat(10, 100, 20)]));
    expect(onset?.at).toBe(30 * 60_000);
    expect(onset?.rateBefore).toBeCloseTo(0.04, 12);
    expect(onset?.rateAfter).toBeCloseTo(0.2, 12);
    // 3000 H(.04) + 1000 H(.2) against 4000 H(.08), with H = p ln p + (1-p) ln(1-p), by hand.
    expect(onset?.gain).toBeCloseTo(110.842_620, 5);
    expect(onset?.from).toBeLessThanOrEqual(30 * 60_000);
    expect(onset?.to).toBeGreaterThanOrEqual(30 * 60_000);
  });

  it('gives a wide interval where little is known', () => {
    const sparse = findOnset(minutes([...repeat(20, 2, 0), [2, 1], [2, 0], [2, 1], [2, 1], [2, 2], [2, 1], [2, 2]]));
    expect(sparse).not.toBeNull();
    expect((sparse?.to ?? 0) - (sparse?.from ?? 0)).toBeGreaterThan(60_000);
  });

  it('takes the earliest of equal splits: minutes without events cannot move it', () => {
    const onset = findOnset(minutes([...repeat(10, 50, 1), [0, 0], [0, 0], ...repeat(10, 50, 20)]));
    expect(onset?.at).toBe(12 * 60_000);
  });

  it('lets a change come half its interval and a minute later', () => {
    expect(onsetSlackMs({ from: 0, to: 0 })).toBe(60_000);
    expect(onsetSlackMs({ from: 60_000, to: 5 * 60_000 })).toBe(3 * 60_000);
  });

  it('is null for a steady rate, an improvement and nothing at all', () => {
    expect(findOnset(minutes(repeat(60, 100, 5)))).toBeNull();
    expect(findOnset(minutes([...repeat(30, 100, 20), ...repeat(30, 100, 2)]))).toBeNull();
    expect(findOnset([])).toBeNull();
  });
});
