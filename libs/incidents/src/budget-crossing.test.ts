import { describe, expect, it } from 'vitest';
import { budgetCrossings } from './budget-crossing.js';

describe('budgetCrossings', () => {
  it.each<[number | null, number | null, number[]]>([
    [0.7, 0.6, []],
    [0.7, 0.5, [0.5]],
    [0.7, 0.2, [0.5, 0.25]],
    [0.4, 0.2, [0.25]],
    [0.05, -0.3, [0]],
    [-0.1, -0.3, []],
    [null, 0.2, [0.5, 0.25]],
    [0.7, null, []],
  ])('from %s to %s', (atOpening, remaining, expected) => {
    expect(budgetCrossings(atOpening, remaining)).toEqual(expected);
  });
});
