import { describe, expect, test } from 'vitest';
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

describe('after a lengthening from 10 to 90 days', () => {
  const lengthened = (until: string) => ({
    spanDays: 90,
    restDays: 400,
    before: { spanDays: 10, until: new Date(until) },
  });

  test.each([
    ['just now', '2026-11-22T12:00:00Z', '2026-11-13T00:00:00.000Z'],
    ['15 days ago, what came after it stays open', '2026-11-07T12:00:00Z', '2026-11-07T12:00:00.000Z'],
    ['long ago, the setting alone counts', '2026-06-01T00:00:00Z', '2026-08-25T00:00:00.000Z'],
  ])('%s', (_, until, sealed) => {
    expect(sealedBefore(lengthened(until), now).toISOString()).toBe(sealed);
  });
});
