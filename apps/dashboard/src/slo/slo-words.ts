import type { ObjectiveSummary } from '@plimsoll/contract';
import { formatDuration, formatPercent, formatScore, noValue } from '../design/format.js';
import type { StateColor } from '../design/theme.js';

export const statusWords: Record<ObjectiveSummary['status'], { word: string; color: StateColor }> = {
  met: { word: 'Met', color: 'ok' },
  at_risk: { word: 'At risk', color: 'risk' },
  breached: { word: 'Breached', color: 'failing' },
  uncertain: { word: 'Uncertain', color: 'muted' },
  insufficient: { word: 'Too few to judge', color: 'muted' },
  no_traffic: { word: 'No traffic', color: 'muted' },
  no_data: { word: 'No data', color: 'risk' },
};

export const kindWords: Record<ObjectiveSummary['kind'], string> = {
  latency: 'Latency',
  error: 'Errors',
  quality: 'Quality',
  cost: 'Cost',
};

export function budgetColor(remaining: number | null): StateColor {
  if (remaining === null) return 'muted';
  return remaining <= 0 ? 'failing' : remaining < 0.25 ? 'risk' : 'ok';
}

type Interval = NonNullable<ObjectiveSummary['sliInterval']>;

/** Where every call was scored there is nothing to be unsure of. */
export function isExact({ low, high }: Interval): boolean {
  return low === high;
}

/** How sure an interval is, behind its ends. */
export function sureWords(interval: Interval): string {
  return isExact(interval) ? '' : `, ${formatPercent(interval.level)} sure`;
}

export function formatInterval(interval: ObjectiveSummary['sliInterval'], percent = true): string {
  if (!interval) return '';
  if (isExact(interval)) return 'every call is scored';
  return percent
    ? `${formatPercent(interval.low)} to ${formatPercent(interval.high)}`
    : `${formatScore(interval.low)} to ${formatScore(interval.high)}`;
}

/** Beyond this the present burn says nothing. */
const farOffSeconds = 60 * 86_400;

/** When the budget is used up at the present burn. */
export function formatExhaustion(seconds: number | null): string {
  if (seconds === null) return noValue;
  if (seconds <= 0) return 'used up';
  return seconds > farOffSeconds ? 'not soon' : `in ${formatDuration(seconds * 1000)}`;
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a window such as `6h` or `5m`; null where it is none. */
export function windowMs(text: string): number | null {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * (unitMs[unit] ?? 0);
}

/** A window such as `15m` as durations are written elsewhere: `15 min`. */
export function windowWords(text: string): string {
  const ms = windowMs(text);
  return ms === null ? text : formatDuration(ms);
}
