import { decimal, durationSeconds, toDecimalText } from '@plimsoll/slo';
import type { ObjectiveWrite } from '@plimsoll/contract';

/** The metric source type by which a document says that Plimsoll itself measures. */
export const sourceType = 'plimsoll';
/** Annotations for what OpenSLO v1 cannot say. */
export const prefix = 'plimsoll.dev/';

const day = 86_400;
/** Seconds of a unit of an OpenSLO duration; a month of a rolling window is 30 days, as in the go-sdk. */
const unitSeconds: Readonly<Record<string, number>> = {
  m: 60,
  h: 3600,
  d: day,
  w: 7 * day,
  M: 30 * day,
  Q: 90 * day,
  Y: 365 * day,
};
const calendarUnits = { d: 'day', w: 'week', M: 'month', Q: 'quarter', Y: 'year' } as const;
type CalendarUnit = keyof typeof calendarUnits;

/** Seconds of an OpenSLO duration that the schema accepted. */
export function shorthandSeconds(text: string): number {
  return Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? Number.NaN);
}

/** The largest OpenSLO unit that says it exactly, or null where it takes seconds. */
export function shorthand(seconds: number): string | null {
  for (const unit of ['d', 'h', 'm']) {
    const size = unitSeconds[unit] ?? 1;
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return null;
}

export function calendarOf(text: string): 'day' | 'week' | 'month' | 'quarter' | 'year' | null {
  const unit = Object.keys(calendarUnits).find((one): one is CalendarUnit => `1${one}` === text);
  return unit === undefined ? null : calendarUnits[unit];
}

export function calendarShorthand(calendar: string): string {
  const found = Object.entries(calendarUnits).find(([, name]) => name === calendar);
  return `1${found?.[0] ?? 'M'}`;
}

/** Length by which burn factors of a window are derived; calendar periods by their nominal length. */
export function nominalSeconds(window: ObjectiveWrite['window']): number {
  return typeof window === 'string'
    ? durationSeconds(window, 'window')
    : shorthandSeconds(calendarShorthand(window.calendar));
}

/** The shortest decimal text of a JSON number, without an exponent. */
export function decimalText(value: number, percent = false): string {
  const text = String(value);
  if (!percent) return toDecimalText(decimal(text), 40);
  return toDecimalText(decimal(text.includes('e') ? String(value / 100) : `${text}e-2`), 40);
}

/** A name as RFC 1123 wants it: lower-case letters, digits and hyphens, at most 63. */
export function label(text: string, fallback: string): string {
  if (isLabel(text)) return text;
  const slugged = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return slugged === '' ? fallback : slugged;
}

export function isLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
