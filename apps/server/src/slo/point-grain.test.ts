import { expect, test } from 'vitest';
import { pointGrain } from './point-grain.js';

test.each([
  ['edges on hours read whole hours only', [0, 120, 600], Infinity, []],
  ['an edge within an hour splits it', [0, 61, 600], Infinity, [60]],
  ['two edges within one hour split it once', [5, 59, 600], Infinity, [0]],
  ['the youngest hours are split', [0, 240], 130, [120, 180]],
  ['nothing is split before the first edge', [120, 240], 0, [120, 180]],
] as const)('%s', (_, edges, finestFrom, splitHours) => {
  const grain = pointGrain(edges, finestFrom);
  expect(grain).toEqual({ from: Math.min(...edges), to: Math.max(...edges), splitHours });
});
