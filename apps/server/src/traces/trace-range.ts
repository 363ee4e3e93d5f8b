import { PlimsollError } from '@plimsoll/contract';

export interface SearchRange {
  from?: string | undefined;
  to?: string | undefined;
}

const dayMs = 86_400_000;
const lengths = [10, 30, 60, 300, 900, 1800, 3600, 10_800, 43_200, 86_400, 604_800];

/** Without a start the last 24 hours before the end, without an end until now. */
export function rangeOf(range: SearchRange): { from: Date; to: Date } {
  const to = range.to === undefined ? new Date() : new Date(range.to);
  const from = range.from === undefined ? new Date(to.getTime() - dayMs) : new Date(range.from);
  if (from >= to) throw new PlimsollError('invalid_input', 'from: must be before to', { field: 'from' });
  return { from, to };
}

/** Seconds of a bar, so that a range has at most about so many of them. */
export function barSeconds(from: Date, to: Date, bars: number): number {
  const wanted = (to.getTime() - from.getTime()) / 1000 / bars;
  return lengths.find((seconds) => seconds >= wanted) ?? 604_800;
}
