import { fromWallTime, toWallTime } from './zone.js';

/** A range as it stands in the URL: Grafana's words, epoch milliseconds or ISO times. */
export interface TimeRange {
  from: string;
  to: string;
}

export interface ResolvedRange {
  fromMs: number;
  toMs: number;
}

export const defaultRange: TimeRange = { from: 'now-6h', to: 'now' };

export const presets = [
  { label: 'Last 15 minutes', short: '15m', from: 'now-15m' },
  { label: 'Last hour', short: '1h', from: 'now-1h' },
  { label: 'Last 6 hours', short: '6h', from: 'now-6h' },
  { label: 'Last 24 hours', short: '24h', from: 'now-24h' },
  { label: 'Last 7 days', short: '7d', from: 'now-7d' },
  { label: 'Last 28 days', short: '28d', from: 'now-28d' },
] as const;

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function shiftCalendar(ms: number, amount: number, unit: string, zone: string): number {
  const wall = new Date(toWallTime(ms, zone));
  const day = wall.getUTCDate();
  wall.setUTCDate(1);
  if (unit === 'M') wall.setUTCMonth(wall.getUTCMonth() + amount);
  else wall.setUTCFullYear(wall.getUTCFullYear() + amount);
  const lastDay = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
  wall.setUTCDate(Math.min(day, lastDay));
  return fromWallTime(wall.getTime(), zone);
}

function roundTo(ms: number, unit: string, zone: string, up: boolean): number {
  const wall = new Date(toWallTime(ms, zone));
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  const step = up ? 1 : 0;
  const starts: Record<string, () => number> = {
    s: () => Math.floor(wall.getTime() / 1000 + step) * 1000,
    m: () => Math.floor(wall.getTime() / 60_000 + step) * 60_000,
    h: () => Math.floor(wall.getTime() / 3_600_000 + step) * 3_600_000,
    d: () => Date.UTC(year, month, day + step),
    w: () => Date.UTC(year, month, day - ((wall.getUTCDay() + 6) % 7) + step * 7),
    M: () => Date.UTC(year, month + step, 1),
    y: () => Date.UTC(year + step, 0, 1),
  };
  const start = starts[unit];
  return start ? fromWallTime(start(), zone) - (up ? 1 : 0) : ms;
}

/**
 * The instant that one end of a range names, or null when the text means nothing.
 * `now-1M/M` rounds down as a start and up (to the last millisecond) as an end, as Grafana does.
 */
export function parseTime(text: string, now: number, zone: string, isEnd = false): number | null {
  const trimmed = text.trim();
  if (/^\d{9,16}$/.test(trimmed)) return trimmed.length <= 10 ? Number(trimmed) * 1000 : Number(trimmed);
  const relative = /^now((?:[+-]\d+[smhdwMy])*)(?:\/([smhdwMy]))?$/.exec(trimmed);
  if (!relative) {
    const absolute = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(trimmed) ? trimmed : `${trimmed.replace(' ', 'T')}Z`);
    if (!Number.isFinite(absolute) || !/^\d{4}-/.test(trimmed)) return null;
    return /[zZ]|[+-]\d\d:?\d\d$/.test(trimmed) ? absolute : fromWallTime(absolute, zone);
  }
  let ms = now;
  for (const [, sign, amount, unit] of (relative[1] ?? '').matchAll(/([+-])(\d+)([smhdwMy])/g)) {
    const signed = Number(amount) * (sign === '-' ? -1 : 1);
    const size = unitMs[unit ?? ''];
    ms = size === undefined ? shiftCalendar(ms, signed, unit ?? '', zone) : ms + signed * size;
  }
  return relative[2] ? roundTo(ms, relative[2], zone, isEnd) : ms;
}

/** Both ends as instants; a range that cannot be read falls back to the default one and never fails. */
export function resolveRange(range: TimeRange, now: number, zone: string): ResolvedRange {
  const fromMs = parseTime(range.from, now, zone);
  const toMs = parseTime(range.to, now, zone, true);
  if (fromMs === null || toMs === null || fromMs >= toMs) {
    return { fromMs: now - 6 * 3_600_000, toMs: now };
  }
  return { fromMs, toMs };
}

export function isRelative(range: TimeRange): boolean {
  return range.from.includes('now') || range.to.includes('now');
}

/** Freezes a range into absolute ends, for links that must show the same thing tomorrow. */
export function freezeRange(range: TimeRange, now: number, zone: string): TimeRange {
  const { fromMs, toMs } = resolveRange(range, now, zone);
  return { from: String(Math.round(fromMs)), to: String(Math.round(toMs)) };
}

/** Moves by half its length, backwards or forwards, but not beyond now. */
export function shiftRange(range: ResolvedRange, direction: -1 | 1, now: number): TimeRange {
  const half = ((range.toMs - range.fromMs) / 2) * direction;
  const overshoot = Math.max(0, range.toMs + half - now);
  return absolute(range.fromMs + half - overshoot, range.toMs + half - overshoot);
}

/** Twice as wide around the same middle, but not beyond now. */
export function zoomOut(range: ResolvedRange, now: number): TimeRange {
  const length = range.toMs - range.fromMs;
  const toMs = Math.min(now, range.toMs + length / 2);
  return absolute(toMs - length * 2, toMs);
}

export function absolute(fromMs: number, toMs: number): TimeRange {
  return { from: String(Math.round(fromMs)), to: String(Math.round(toMs)) };
}
