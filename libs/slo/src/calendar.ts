import { PlimsollError } from '@plimsoll/contract';

export const calendarUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type CalendarUnit = (typeof calendarUnits)[number];

/** Milliseconds since the epoch; `end` is exclusive. */
export interface CalendarPeriod {
  readonly start: number;
  readonly end: number;
}

interface LocalTime {
  readonly year: number;
  /** 0 to 11, as in Date.UTC. */
  readonly month: number;
  readonly day: number;
}

/**
 * The calendar period of an IANA zone that holds an instant. Its length follows the wall clock, so that a day with a
 * change to or from summer time has 23 or 25 hours. Weeks begin on Monday (ISO 8601).
 * @throws PlimsollError `invalid_input` for an unknown zone.
 */
export function calendarPeriod(unit: CalendarUnit, timeZone: string, at: number): CalendarPeriod {
  const local = localDate(at, timeZone);
  const first = firstDay(unit, local);
  return { start: startOfDay(first, timeZone), end: startOfDay(firstDayAfter(unit, first), timeZone) };
}

function firstDay(unit: CalendarUnit, { year, month, day }: LocalTime): LocalTime {
  switch (unit) {
    case 'day':
      return { year, month, day };
    case 'week': {
      const weekday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;
      return { year, month, day: day - weekday };
    }
    case 'month':
      return { year, month, day: 1 };
    case 'quarter':
      return { year, month: month - (month % 3), day: 1 };
    case 'year':
      return { year, month: 0, day: 1 };
  }
}

function firstDayAfter(unit: CalendarUnit, { year, month, day }: LocalTime): LocalTime {
  switch (unit) {
    case 'day':
      return { year, month, day: day + 1 };
    case 'week':
      return { year, month, day: day + 7 };
    case 'month':
      return { year, month: month + 1, day };
    case 'quarter':
      return { year, month: month + 3, day };
    case 'year':
      return { year: year + 1, month, day };
  }
}

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

/** The zone's wall clock at an instant, written as if it were UTC. */
function wallClock(at: number, timeZone: string): number {
  const parts = new Map<string, number>();
  for (const part of formatOf(timeZone).formatToParts(at)) parts.set(part.type, Number(part.value));
  const get = (name: string): number => parts.get(name) ?? 0;
  return Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
}

function localDate(at: number, timeZone: string): LocalTime {
  const local = new Date(wallClock(at, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() };
}

/**
 * The first instant of a local day. Offsets before and after the day's midnight are both tried, because the change of
 * offset may lie in between; where midnight itself is skipped (some zones change at 00:00) the day starts at the change.
 */
function startOfDay({ year, month, day }: LocalTime, timeZone: string): number {
  const wanted = Date.UTC(year, month, day);
  const candidates = [wanted - 86_400_000, wanted + 86_400_000]
    .map((probe) => wanted - (wallClock(probe, timeZone) - probe))
    .sort((a, b) => a - b);
  const exact = candidates.find((candidate) => wallClock(candidate, timeZone) === wanted);
  if (exact !== undefined) return exact;
  let before = (candidates[0] ?? wanted) - 7_200_000;
  let after = (candidates[1] ?? wanted) + 7_200_000;
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (wallClock(middle, timeZone) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}
