import { expect, test } from 'vitest';
import { sealedBefore } from './retention.js';

const now = new Date('2026-11-22T13:45:00Z');

test.each([
  [90, '2026-08-25T00:00:00.000Z'],
  [2, '2026-11-21T00:00:00.000Z'],
  [1, '2026-11-22T00:00:00.000Z'],
])('spans kept %d days seal before %s', (spanDays, sealed) => {
  expect(sealedBefore({ spanDays, restDays: 400 }, now).toISOString()).toBe(sealed);
});

test('what is kept for ever is never sealed', () => {
  expect(sealedBefore({ spanDays: null, restDays: null }, now).getTime()).toBe(0);
});
