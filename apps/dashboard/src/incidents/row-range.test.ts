import { expect, test } from 'vitest';
import { rangeOf } from './row-range.js';

test.each([
  ['b', 'd', ['b', 'c', 'd']],
  ['d', 'b', ['b', 'c', 'd']],
  ['b', 'b', ['b']],
  [null, 'c', ['c']],
  ['gone', 'c', ['c']],
  ['a', 'gone', []],
])('%s to %s', (from, to, ids) => {
  expect(rangeOf(['a', 'b', 'c', 'd'], from, to)).toEqual(ids);
});
