import { instantOf, wallClock } from '@plimsoll/contract';
import { midnightOf, wallOf } from './zone-time.js';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** Who is on call for an exception, over the weekly turn. */
export interface RotationOverride {
  readonly member: string;
  /** Milliseconds since the epoch; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** People who take turns by the week. Richer calendars belong to the tools that specialise in them. */
export interface Rotation {
  readonly timeZone: string;
  /** Local day of the first handover, `2026-11-23`. */
  readonly startsOn: string;
  /** Local time of every handover, `09:00`. */
  readonly handoff: string;
  /** In the order of their turns. */
  readonly members: readonly string[];
  readonly overrides: readonly RotationOverride[];
}

export interface Shift {
  readonly member: string;
  readonly from: number;
  readonly to: number;
  readonly isOverride: boolean;
}

/**
 * Who is on call at an instant: the latest listed override that holds it, else whose week it is. Weeks are counted on
 * the wall clock, so that the handover keeps its local time when the clocks change. Null before the first handover.
 */
export function onCallAt(rotation: Rotation, at: number): Shift | null {
  const override = rotation.overrides.findLast(({ from, to }) => at >= from && at < to);
  if (override !== undefined) return { ...override, isOverride: true };
  const week = weekAt(rotation, at);
  if (week < 0 || rotation.members.length === 0) return null;
  const member = rotation.members[week % rotation.members.length];
  if (member === undefined) return null;
  return { member, from: handoffOf(rotation, week), to: handoffOf(rotation, week + 1), isOverride: false };
}

/** Instant of the handover that begins a week; week 0 begins on `startsOn`. */
function handoffOf({ startsOn, handoff, timeZone }: Rotation, week: number): number {
  return instantOf(wallOf(startsOn, handoff) + week * weekMs, timeZone);
}

function weekAt(rotation: Rotation, at: number): number {
  const local = midnightOf(wallClock(at, rotation.timeZone));
  const guess = Math.floor((local - wallOf(rotation.startsOn, '00:00')) / weekMs);
  return at < handoffOf(rotation, guess) ? guess - 1 : guess;
}
