import { expect, test } from 'vitest';
import { budgetAt, stepOf, targetSteps } from './target-scale.js';

test.each([
  ['0.99', '0.99'],
  ['0.991', '0.99'],
  ['0.3', '0.5'],
  ['0.99999', '0.9999'],
])('the step nearest to %s is %s', (target, step) => {
  expect(targetSteps[stepOf(target)]).toBe(step);
});

// 12,000,000 calls, 7,350 bad, target 0.999: 12,000 may fail and 0.3875 of that is left.
test('the budget at a target', () => {
  const { allowed, remaining } = budgetAt('0.999', { eligible: 12_000_000, bad: 7350 });
  expect(allowed).toBeCloseTo(12_000, 6);
  expect(remaining).toBeCloseTo(0.3875, 9);
  // 48,210 calls, 1,205 too slow, target 0.98: overspent by 0.249741.
  expect(budgetAt('0.98', { eligible: 48_210, bad: 1205 }).remaining).toBeCloseTo(-0.249741, 6);
  expect(budgetAt('0.9', { eligible: 0, bad: 0 }).remaining).toBeNull();
});
