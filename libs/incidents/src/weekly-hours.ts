import { instantOf, wallClock } from '@plimsoll/contract';
import { midnightOf, minutesOf, weekdayOf } from './zone-time.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Hours that come back every week, by a zone's wall clock. */
export interface WeeklyHours {
  readonly timeZone: string;
  /** Days on which a stretch begins; Monday is 1, Sunday 7. */
  readonly days: readonly number[];
  /** `09:00`; inclusive. */
  readonly from: string;
  /** `17:00`; exclusive. At or before `from`: on the next day. */
  readonly to: string;
}

/** Milliseconds since the epoch; `to` is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretch that holds an instant, or the next one; null when no day is named. */
export function stretchAt(hours: WeeklyHours, at: number): Stretch | null {
  const today = midnightOf(wallClock(at, hours.timeZone));
  // A stretch of yesterday may reach over midnight; a week later every weekday has come.
  for (let day = -1; day <= 8; day += 1) {
    const midnight = today + day * dayMs;
    if (!hours.days.includes(weekdayOf(midnight))) continue;
    const [opens, closes] = [minutesOf(hours.from), minutesOf(hours.to)];
    const from = instantOf(midnight + opens * minuteMs, hours.timeZone);
    const to = instantOf(midnight + (closes > opens ? 0 : dayMs) + closes * minuteMs, hours.timeZone);
    if (at < to) return { from, to };
  }
  return null;
}

export function isWithin(hours: WeeklyHours, at: number): boolean {
  const stretch = stretchAt(hours, at);
  return stretch !== null && at >= stretch.from;
}

/** The instant itself when it is within the hours, else when they next begin. */
export const nextWithin = (hours: WeeklyHours, at: number): number => Math.max(at, stretchAt(hours, at)?.from ?? at);
