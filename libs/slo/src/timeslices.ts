import type { ObjectiveWrite } from '@plimsoll/contract';
import { decimal, one, subtract, toNumber } from './rational.js';

/**
 * Timeslices are for very few events: an objective counts minutes in place of events. A minute is bad when less than
 * `target` of its events are good; a minute without events is good. All minutes of a window are expected, so that one bad
 * minute in an hour is a sixtieth, however few events there were (Kibana PR 203279: burn 1.66667 at a target of 99 %, not
 * 100).
 */
export function badShareOfSlice({ timeslice }: Pick<ObjectiveWrite, 'timeslice'>): number | null {
  return timeslice === undefined ? null : toNumber(subtract(one, decimal(timeslice.target, 'timeslice.target')));
}

/** Rounding of the allowed share must not make a minute bad that is exactly as good as it has to be. */
export const SLICE_TOLERANCE = 1e-9;

/** Whether a minute with such events is bad. */
export function isBadSlice(events: { readonly eligible: number; readonly bad: number }, badShare: number): boolean {
  return events.bad > badShare * events.eligible + SLICE_TOLERANCE;
}
