import { expect, test } from 'vitest';
import { perTokenOf } from './per-token.js';

test.each([
  ['2.5', '0.0000025'],
  ['0.15', '0.00000015'],
  ['15', '0.000015'],
  ['1000000', '1'],
  ['0.000001', '0.000000000001'],
  ['0', '0'],
])('%s a million is %s a token, to the last digit', (perMillion, perToken) =>
  expect(perTokenOf(perMillion)).toBe(perToken),
);
