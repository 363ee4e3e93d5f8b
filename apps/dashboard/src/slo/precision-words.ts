import type { PrecisionView } from '@plimsoll/contract';
import { formatPercent, noValue } from '../design/format.js';

/** `86 %`; below a handful why there is none. */
export function shareOfPrecision({ judged, share }: PrecisionView): string {
  if (share !== null) return formatPercent(share);
  return judged === 0 ? noValue : 'too few';
}

export function intervalOfPrecision({ interval }: PrecisionView): string {
  return interval === null ? noValue : `${formatPercent(interval.low)} to ${formatPercent(interval.high)}`;
}

/** `6 of 7 real (86 %, 49 % to 97 %)` of what overlaps an incident that somebody judged. */
export function precisionSentence(what: string, precision: PrecisionView): string {
  const { judged, real, share, of } = precision;
  if (of === 0) return '';
  if (judged === 0) return `none of ${of === 1 ? 'the' : 'its'} ${what} overlaps an incident that somebody judged`;
  const counts = `${real} of ${judged} judged ${what} real`;
  return share === null
    ? `${counts}, too few for a share`
    : `${counts} (${formatPercent(share)}, ${intervalOfPrecision(precision)})`;
}
