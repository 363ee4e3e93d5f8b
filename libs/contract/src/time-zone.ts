import { PlimsollError } from './errors.js';

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
    return format;
  } catch (cause) {
    const field = 'timeZone';
    throw new PlimsollError('invalid_input', `${field}: "${timeZone}" is not an IANA time zone`, { field, cause });
  }
}

/**
 * What a clock on the wall of a zone shows at an instant, written as if it were UTC: milliseconds since the epoch, in whole
 * seconds.
 * @throws PlimsollError `invalid_input` for an unknown zone.
 */
export function wallClock(at: number, timeZone: string): number {
  const parts = new Map<string, number>();
  for (const part of formatOf(timeZone).formatToParts(at)) parts.set(part.type, Number(part.value));
  const get = (name: string): number => parts.get(name) ?? 0;
  return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
}

/**
 * The first instant at which the zone's wall clock shows `wall` or later. A time that comes twice (end of summer time)
 * is its first coming; one that is skipped (begin of summer time) is the instant of the change. The offsets of a day before
 * and a day after are both tried, since the change may lie in between.
 */
export function instantOf(wall: number, timeZone: string): number {
  const [early = wall, late = wall] = [wall - dayMs, wall + dayMs]
    .map((probe) => wall - (wallClock(probe, timeZone) - probe))
    .toSorted((a, b) => a - b);
  const exact = [early, late].find((candidate) => wallClock(candidate, timeZone) === wall);
  if (exact !== undefined) return exact;
  let [before, after] = [early, late];
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (wallClock(middle, timeZone) >= wall) after = middle;
    else before = middle;
  }
  return after;
}
