import { describe, expect, test } from 'vitest';
import { freezeRange, isRelative, parseTime, resolveRange, shiftRange, zoomOut } from './range.js';
import { formatInstant, formatMoment, fromWallTime, isZone, zoneName, zoneOffsetMs } from './zone.js';

const now = Date.parse('2026-11-22T13:08:30Z');
const at = (text: string) => Date.parse(text);

describe('times in the address', () => {
  test.each([
    ['now', 'UTC', '2026-11-22T13:08:30Z'],
    ['now-6h', 'UTC', '2026-11-22T07:08:30Z'],
    ['now-1d-2h', 'UTC', '2026-11-21T11:08:30Z'],
    ['now/d', 'UTC', '2026-11-22T00:00:00Z'],
    ['now/d', 'Asia/Kolkata', '2026-11-21T18:30:00Z'],
    ['now/w', 'UTC', '2026-11-16T00:00:00Z'],
    ['now-1M/M', 'UTC', '2026-10-01T00:00:00Z'],
    ['now/M', 'Europe/Berlin', '2026-10-31T23:00:00Z'],
    ['now-1y/y', 'UTC', '2025-01-01T00:00:00Z'],
    ['1795000000', 'UTC', '2026-11-18T11:06:40.000Z'],
    ['1795000000000', 'UTC', '2026-11-18T11:06:40.000Z'],
    ['2026-11-22T10:00:00+02:00', 'UTC', '2026-11-22T08:00:00Z'],
    ['2026-11-22 14:00', 'Europe/Berlin', '2026-11-22T13:00:00Z'],
    ['2026-07-22 14:00', 'Europe/Berlin', '2026-07-22T12:00:00Z'],
  ])('%s in %s', (text, zone, expected) => expect(parseTime(text, now, zone)).toBe(at(expected)));

  test.each(['', 'yesterday', 'now-', 'now-5', 'now-5q', '12', '2026-99-99', '<script>'])('%j means nothing', (text) =>
    expect(parseTime(text, now, 'UTC')).toBeNull(),
  );

  test('an end rounds up to the last millisecond', () => {
    expect(parseTime('now-1M/M', now, 'UTC', true)).toBe(at('2026-11-01T00:00:00Z') - 1);
    expect(parseTime('now/d', now, 'Europe/Berlin', true)).toBe(at('2026-11-22T23:00:00Z') - 1);
  });

  test('a month before 31 March is the end of February', () => {
    expect(parseTime('now-1M', at('2026-03-31T12:00:00Z'), 'UTC')).toBe(at('2026-02-28T12:00:00Z'));
  });

  test('what cannot be read falls back to the last six hours', () => {
    const fallback = { fromMs: now - 6 * 3_600_000, toMs: now };
    expect(resolveRange({ from: 'x', to: 'now' }, now, 'UTC')).toEqual(fallback);
    expect(resolveRange({ from: 'now', to: 'now-1h' }, now, 'UTC')).toEqual(fallback);
  });

  test('moving and zooming never go beyond now', () => {
    const range = { fromMs: now - 3_600_000, toMs: now };
    expect(shiftRange(range, 1, now)).toEqual({ from: String(now - 3_600_000), to: String(now) });
    expect(shiftRange(range, -1, now)).toEqual({ from: String(now - 5_400_000), to: String(now - 1_800_000) });
    expect(zoomOut(range, now)).toEqual({ from: String(now - 7_200_000), to: String(now) });
  });

  test('a frozen link is absolute', () => {
    const frozen = freezeRange({ from: 'now-1h', to: 'now' }, now, 'UTC');
    expect([isRelative(frozen), frozen.to]).toEqual([false, String(now)]);
  });
});

describe('zones', () => {
  test('offsets follow the zone through its changes', () => {
    expect(zoneOffsetMs(at('2026-07-01T00:00:00Z'), 'Europe/Berlin')).toBe(7_200_000);
    expect(zoneOffsetMs(at('2026-12-01T00:00:00Z'), 'Europe/Berlin')).toBe(3_600_000);
    expect(zoneOffsetMs(at('2026-12-01T00:00:00Z'), 'Asia/Kolkata')).toBe(19_800_000);
    expect(zoneOffsetMs(at('2026-12-01T00:00:00Z'), 'America/St_Johns')).toBe(-12_600_000);
  });

  test('wall time comes back to the same instant', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']) {
      for (const instant of ['2026-01-15T12:00:00Z', '2026-03-29T05:00:00Z', '2026-10-25T12:00:00Z']) {
        expect(fromWallTime(at(instant) + zoneOffsetMs(at(instant), zone), zone)).toBe(at(instant));
      }
    }
  });

  test('every absolute time names its zone', () => {
    expect(formatInstant('2026-11-22T13:08:30Z', 'UTC', now)).toBe('22 Nov 13:08 UTC');
    expect(formatInstant('2025-11-22T13:08:30Z', 'UTC', now, true)).toBe('22 Nov 2025 13:08:30 UTC');
    expect(formatInstant(null, 'UTC', now)).toBe('-');
    expect(formatInstant('broken', 'UTC', now)).toBe('-');
    expect(zoneName(now, 'Europe/Berlin')).toBe('CET');
    expect(formatMoment('2026-11-22T13:08:30Z', 'UTC', now)).toBe('13:08:30');
    expect(formatMoment('2026-11-21T13:08:30Z', 'UTC', now)).toBe('21 Nov 13:08:30');
  });

  test('unknown zones are recognised', () => {
    expect([isZone('Europe/Berlin'), isZone('Mars/Olympus')]).toEqual([true, false]);
  });
});
