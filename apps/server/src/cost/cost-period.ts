import { type CostQuery, PlimsollError } from '@plimsoll/contract';
import { calendarPeriod } from '@plimsoll/slo';

/** A half-open range in epoch milliseconds. */
export interface Period {
  from: number;
  to: number;
}

const dayMs = 86_400_000;
const longestDays = 1100;

/** The month of a zone, written `2026-11`. */
function monthOf(month: string, timeZone: string): Period {
  // The 15th at noon UTC lies in the same month in every zone.
  const at = Date.parse(`${month}-15T12:00:00Z`);
  if (Number.isNaN(at))
    throw new PlimsollError('invalid_input', `month: "${month}" is not a month`, { field: 'month' });
  const { start, end } = calendarPeriod('month', timeZone, at);
  return { from: start, to: end };
}

/**
 * The period that is asked for: a range, a month, or the present month.
 * @throws PlimsollError `invalid_input` naming the field at fault.
 */
export function periodOf(query: Pick<CostQuery, 'from' | 'to' | 'month'>, timeZone: string, nowMs: number): Period {
  if (query.month !== undefined) return monthOf(query.month, timeZone);
  const present = calendarPeriod('month', timeZone, nowMs);
  if (query.from === undefined && query.to === undefined) return { from: present.start, to: present.end };
  const to = query.to === undefined ? nowMs : Date.parse(query.to);
  const from = query.from === undefined ? to - 30 * dayMs : Date.parse(query.from);
  if (from >= to) throw new PlimsollError('invalid_input', 'from: must lie before to', { field: 'from' });
  if (to - from > longestDays * dayMs) {
    throw new PlimsollError('invalid_input', `from: a period may have at most ${longestDays} days`, { field: 'from' });
  }
  return { from, to };
}

/**
 * What a period is compared with: the calendar month before a whole month, else the same length before it.
 * Of a period that is still running only the elapsed part is compared.
 */
export function previousPeriod(period: Period, timeZone: string, nowMs: number): Period {
  const month = calendarPeriod('month', timeZone, period.from);
  const whole = month.start === period.from && month.end === period.to;
  const before = whole ? calendarPeriod('month', timeZone, period.from - 1) : null;
  const from = before?.start ?? period.from - (period.to - period.from);
  const end = before?.end ?? period.from;
  return nowMs < period.to ? { from, to: Math.min(end, from + Math.max(0, nowMs - period.from)) } : { from, to: end };
}

/** The days of a zone that a period touches, as `2026-11-03`, with the instants at which they begin. */
export function daysOf(period: Period, timeZone: string): { day: string; start: number; end: number }[] {
  const days: { day: string; start: number; end: number }[] = [];
  for (let at = period.from; at < period.to;) {
    const { start, end } = calendarPeriod('day', timeZone, at);
    days.push({ day: dayName(start, timeZone), start, end });
    at = end;
  }
  return days;
}

export function dayName(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}
