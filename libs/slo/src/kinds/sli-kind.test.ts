import { expect, test } from 'vitest';
import { percentText } from './sli-kind.js';

test.each([
  ['0.99', '99 %'],
  ['0.9995', '99.95 %'],
  ['0.57', '57 %'],
  ['.8', '80 %'],
  ['0.05', '5 %'],
  ['0.0010', '0.1 %'],
  ['1', '100 %'],
  ['1.0', '100 %'],
])('the share %s is %s', (share, text) => {
  expect(percentText(share)).toBe(text);
});
