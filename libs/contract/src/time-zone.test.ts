import { describe, expect, test } from 'vitest';
import { instantOf, wallClock } from './time-zone.js';

const utc = (text: string) => Date.parse(`${text}Z`);

/** By `TZ=<zone> date`, of the IANA tables. */
test.each([
  ['UTC', '2026-07-01T12:00:00', '2026-07-01T12:00:00'],
  ['America/New_York', '2026-07-01T12:00:00', '2026-07-01T08:00:00'],
  ['America/New_York', '2026-12-01T12:00:00', '2026-12-01T07:00:00'],
  ['Asia/Kathmandu', '2026-07-01T20:00:00', '2026-07-02T01:45:00'],
  ['Pacific/Kiritimati', '2026-12-31T12:00:00', '2027-01-01T02:00:00'],
])('%s at %s shows %s', (zone, at, shown) => {
  expect(wallClock(utc(at), zone)).toBe(utc(shown));
  expect(instantOf(utc(shown), zone)).toBe(utc(at));
});

describe('a change of the clock', () => {
  test.each([
    ['a time that comes twice is its first coming', 'America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00'],
    ['a time that is skipped is the change', 'Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:00:00'],
    ['midnight that is skipped, too', 'America/Santiago', '2026-09-06T00:00:00', '2026-09-06T04:00:00'],
    ['a whole day that is skipped, too', 'Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T10:00:00'],
  ])('%s', (_, zone, wall, at) => {
    expect(instantOf(utc(wall), zone)).toBe(utc(at));
  });
});

test('an unknown zone is named', () => {
  expect(() => wallClock(0, 'Mars/Olympus')).toThrow(/timeZone: "Mars\/Olympus" is not an IANA time zone/);
});
