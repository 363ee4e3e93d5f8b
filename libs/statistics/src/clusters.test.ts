import { expect, test } from 'vitest';
import { clusterSums, intraClusterCorrelation, meanClusterSize } from './clusters.js';
import { clusteredEffectiveN } from './kish.js';

// F of scipy.stats.f_oneway (1.17.1), rho = (F - 1) / (F + m0 - 1).
test.each<[number[][], number, number]>([
  [
    [[1, 1, 0, 1], [0, 0, 0], [0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1], [0], [1, 0]],
    0.41787815853236443,
    4.130434782608695,
  ],
  [
    [
      [0.1, 0.2, 0.15],
      [0.9, 0.8],
      [0.4, 0.5, 0.45, 0.6],
    ],
    0.9501241254795756,
    3.2222222222222223,
  ],
])('correlation within %j', (clusters, correlation, size) => {
  const sums = clusterSums(clusters);
  expect(intraClusterCorrelation(sums)).toBeCloseTo(correlation, 12);
  expect(meanClusterSize(sums)).toBeCloseTo(size, 12);
});

test('what cannot be told is no correlation, and neither is less than none', () => {
  expect(intraClusterCorrelation(clusterSums([]))).toBe(0);
  expect(intraClusterCorrelation(clusterSums([[1, 0, 1]]))).toBe(0);
  expect(intraClusterCorrelation(clusterSums([[1], [0], [1]]))).toBe(0);
  expect(intraClusterCorrelation(clusterSums([[0, 0], [0]]))).toBe(0);
  expect(intraClusterCorrelation(clusterSums([[1, 0], [0, 1], [1, 0], []]))).toBe(0);
  expect(
    intraClusterCorrelation(
      clusterSums([
        [1, 1],
        [0, 0],
      ]),
    ),
  ).toBe(1);
});

test('the design effect by hand: 300 samples, five a session, alike by a quarter, say as much as 150', () => {
  expect(clusteredEffectiveN(300, 5, 0.25)).toBe(150);
  expect(clusteredEffectiveN(300, 5, 0)).toBe(300);
  expect(clusteredEffectiveN(300, 5, 1)).toBe(60);
});
