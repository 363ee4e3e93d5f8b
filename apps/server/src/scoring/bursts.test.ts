import { expect, test } from 'vitest';
import { burstRule, isInBurst } from './bursts.js';

const slice = { projectId: 'p', scorer: 'right', filter: { feature: ['support'] }, group: { model: 'm1' } };
const call = { feature: 'support', model: 'm1', promptVersion: 'v8' };

test.each([
  ['the slice itself', 'right', {}, true],
  ['another scorer', 'polite', {}, false],
  ['another feature', 'right', { feature: 'search' }, false],
  ['another value of the group', 'right', { model: 'm2' }, false],
  ['a dimension that the objective does not name', 'right', { promptVersion: 'v9' }, true],
])('%s', (_, scorer, part, within) => {
  expect(isInBurst([slice], scorer, { ...call, ...part })).toBe(within);
});

test.each([
  [0.05, 0.2],
  [0.5, 1],
])('at a rate of %d it is %d', (rate, burst) => {
  expect(burstRule(rate).rate).toBeCloseTo(burst, 12);
});
