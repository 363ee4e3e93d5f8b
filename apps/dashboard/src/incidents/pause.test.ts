import { expect, test } from 'vitest';
import { pauseEnd } from './pause.js';

test.each([
  ['1h', '2026-11-22T16:00:00Z', 'UTC', '2026-11-22T17:00:00.000Z'],
  ['4h', '2026-11-22T16:00:00Z', 'UTC', '2026-11-22T20:00:00.000Z'],
  ['tomorrow', '2026-11-22T16:00:00Z', 'UTC', '2026-11-23T09:00:00.000Z'],
  // It is the 23rd in Tokyo already.
  ['tomorrow', '2026-11-22T16:00:00Z', 'Asia/Tokyo', '2026-11-24T00:00:00.000Z'],
  // The night in which the clocks go back.
  ['tomorrow', '2026-10-24T20:00:00Z', 'Europe/Berlin', '2026-10-25T08:00:00.000Z'],
])('%s from %s in %s', (choice, now, zone, end) => {
  expect(new Date(pauseEnd(choice, Date.parse(now), zone)).toISOString()).toBe(end);
});
