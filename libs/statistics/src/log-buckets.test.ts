import { expect, test } from 'vitest';
import { bucketBorder, quantileOfBuckets } from './log-buckets.js';

/** Bucket by search over the borders, not by the logarithm that ClickHouse takes. */
function bucketBySearch(milliseconds: number): number {
  let bucket = 0;
  while (bucketBorder(bucket) < milliseconds) bucket += 1;
  return bucket;
}

test.each([0.5, 0.9, 0.95, 0.99])('quantile %d of a skewed sample is within 2.5 %%', (q) => {
  const durations = Array.from({ length: 5000 }, (_, i) => 20 * Math.exp((4 * i) / 5000));
  const counts: Record<string, number> = {};
  for (const each of durations) counts[bucketBySearch(each)] = (counts[bucketBySearch(each)] ?? 0) + 1;
  const exact = durations[Math.ceil(q * durations.length) - 1] ?? 0;
  expect(Math.abs((quantileOfBuckets(counts, q) ?? 0) / exact - 1)).toBeLessThan(0.026);
});

test('nothing counted has no quantile', () => {
  expect(quantileOfBuckets({}, 0.5)).toBeNull();
  expect(quantileOfBuckets({ 7: 0 }, 0.5)).toBeNull();
});

test('merged counts answer as the whole would', () => {
  expect(quantileOfBuckets({ 10: 3, 20: 1 }, 0.75)).toBeCloseTo(bucketBorder(10) / Math.sqrt(1.05), 12);
  expect(quantileOfBuckets({ 10: 3, 20: 1 }, 0.76)).toBeCloseTo(bucketBorder(20) / Math.sqrt(1.05), 12);
});
