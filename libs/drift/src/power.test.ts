import { expect, test } from 'vitest';
import { detectableDistance, detectableShare, detectableV } from './power.js';

// Simulated figures of the design (location shift, power 0.8, single test at alpha .01 and .001).
test.each([
  [50, 0.34, 0.39],
  [100, 0.24, 0.28],
  [200, 0.16, 0.2],
  [400, 0.11, 0.14],
])('Kolmogorov-Smirnov at n = %i a side: D %f and %f', (n, at01, at001) => {
  expect(Math.abs(detectableDistance(n, n, 0.01) - at01)).toBeLessThanOrEqual(0.015);
  expect(Math.abs(detectableDistance(n, n, 0.001) - at001)).toBeLessThanOrEqual(0.015);
});

test.each([
  [50, 0.61, 0.53],
  [100, 0.71, 0.66],
  [200, 0.77, 0.74],
  [400, 0.82, 0.8],
])('a pass rate of .90 at n = %i has to fall to %f and %f', (n, at01, at001) => {
  expect(Math.abs(detectableShare(0.9, n, n, 0.01) - at01)).toBeLessThanOrEqual(0.015);
  expect(Math.abs(detectableShare(0.9, n, n, 0.001) - at001)).toBeLessThanOrEqual(0.015);
});

test('more observations and fewer levels find smaller effects', () => {
  expect(detectableV(400, 400, 2, 0.001)).toBeLessThan(detectableV(100, 100, 2, 0.001));
  expect(detectableV(100, 100, 2, 0.001)).toBeLessThan(detectableV(100, 100, 8, 0.001));
  expect(detectableShare(0.02, 20, 20, 0.001)).toBeGreaterThan(0.3);
});
