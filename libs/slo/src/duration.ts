import { PlimsollError } from '@plimsoll/contract';

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of a duration such as `90s`, `5m`, `1h30m`, `28d`, `2w`. @throws PlimsollError naming the field. */
export function durationSeconds(text: string, field = 'duration'): number {
  if (!/^(\d+[smhdw])+$/.test(text)) {
    throw new PlimsollError('invalid_input', `${field}: "${text}" is not a duration such as "5m", "1h" or "30d"`, {
      field,
    });
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdw])/g)) {
    seconds += Number(amount) * unitSeconds[unit as keyof typeof unitSeconds];
  }
  if (seconds === 0 || !Number.isSafeInteger(seconds)) {
    throw new PlimsollError('invalid_input', `${field}: "${text}" must be longer than zero`, { field });
  }
  return seconds;
}

/** The largest whole unit up to days: 5400 -> `90m`, 86400 -> `1d`, 3840 -> `64m`. */
export function durationText(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds % unitSeconds[unit] === 0) return `${seconds / unitSeconds[unit]}${unit}`;
  }
  return `${seconds}s`;
}
