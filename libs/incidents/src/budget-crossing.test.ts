import { describe, expect, it } from 'vitest';
import { budgetCrossings, spendCrossings } from './budget-crossing.js';

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

describe('spendCrossings', () => {
  it.each<[bigint, bigint | null, string[]]>([
    [49n, null, []],
    [49n, 99n, []],
    [50n, 99n, ['50 %']],
    [50n, 100n, ['50 %', 'forecast 100 %']],
    [80n, 120n, ['50 %', '80 %', 'forecast 100 %']],
    [100n, 120n, ['50 %', '80 %', '100 %']],
    [130n, null, ['50 %', '80 %', '100 %']],
  ])('%s spent of 100, forecast %s', (spent, forecast, expected) => {
    expect(spendCrossings({ amount: 100n, spent, forecast })).toEqual(expected);
  });

  it('has nothing to say of a budget of nothing', () => {
    expect(spendCrossings({ amount: 0n, spent: 1n, forecast: null })).toEqual([]);
  });
});
