import { instantOf, wallClock } from '@plimsoll/contract';

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

function localDate(at: number, timeZone: string): LocalTime {
  const local = new Date(wallClock(at, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() };
}

/** The first instant of a local day; where midnight itself is skipped (some zones change at 00:00), that of the change. */
function startOfDay({ year, month, day }: LocalTime, timeZone: string): number {
  return instantOf(Date.UTC(year, month, day), timeZone);
}
