import { wallClock } from '@plimsoll/contract';

/** Clock arithmetic in an IANA zone, with the platform's own tables. */

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function isZone(zone: string): boolean {
  try {
    wallClock(0, zone);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds by which the zone is ahead of UTC at this instant. */
export function zoneOffsetMs(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  return wallClock(ms, zone) - Math.floor(ms / 1000) * 1000;
}

/** The instant at which the zone's clock reads the given wall time (as if written in UTC). */
export function fromWallTime(wallMs: number, zone: string): number {
  const guess = wallMs - zoneOffsetMs(wallMs, zone);
  return wallMs - zoneOffsetMs(guess, zone);
}

/** Wall time of an instant, expressed as UTC milliseconds; for calendar arithmetic with the UTC getters of Date. */
export function toWallTime(ms: number, zone: string): number {
  return ms + zoneOffsetMs(ms, zone);
}

/** The zone's short name at an instant: UTC, CET, GMT+5:30. */
export function zoneName(ms: number, zone: string): string {
  if (zone === 'UTC') return 'UTC';
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts(ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

type Instant = number | string | null | undefined;

function toMs(value: Instant): number | null {
  if (value === null || value === undefined) return null;
  const ms = typeof value === 'number' ? value : Date.parse(value);
  return Number.isFinite(ms) ? ms : null;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `14:02`, or with `seconds` `14:02:07`. Without the zone: for axes and lists whose header names it. */
export function formatClock(value: Instant, zone: string, seconds = false): string {
  const ms = toMs(value);
  if (ms === null) return '-';
  const wall = new Date(toWallTime(ms, zone));
  const clock = `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}`;
  return seconds ? `${clock}:${two(wall.getUTCSeconds())}` : clock;
}

/** `14 Nov`, with the year when it is not the present one. */
export function formatDay(value: Instant, zone: string, now = Date.now()): string {
  const ms = toMs(value);
  if (ms === null) return '-';
  const wall = new Date(toWallTime(ms, zone));
  const year =
    new Date(toWallTime(now, zone)).getUTCFullYear() === wall.getUTCFullYear() ? '' : ` ${wall.getUTCFullYear()}`;
  return `${wall.getUTCDate()} ${months[wall.getUTCMonth()]}${year}`;
}

/** A time for lists: the clock with seconds today, the day before it otherwise. */
export function formatMoment(value: Instant, zone: string, now = Date.now()): string {
  const ms = toMs(value);
  if (ms === null) return '-';
  const sameDay = Math.floor(toWallTime(ms, zone) / 86_400_000) === Math.floor(toWallTime(now, zone) / 86_400_000);
  const clock = formatClock(ms, zone, true);
  return sameDay ? clock : `${formatDay(ms, zone, now)} ${clock}`;
}

/** An absolute time that can stand alone: `14 Nov 14:02 UTC`. */
export function formatInstant(value: Instant, zone: string, now = Date.now(), seconds = false): string {
  const ms = toMs(value);
  if (ms === null) return '-';
  return `${formatDay(ms, zone, now)} ${formatClock(ms, zone, seconds)} ${zoneName(ms, zone)}`;
}
