import { initialTierStatus, type TierStatus } from './alert-fold.js';

/** Minutes for which late rows may still change an alert (architecture 3a, rule 7). */
export const REFOLD_MINUTES = 120;

/** States are kept at the end of every half hour: a fold from the last one of two hours ago is at most this much longer. */
const MARK_MINUTES = 30;

/** A state as it stood after the step of `minute`. */
export interface Checkpoint {
  readonly status: TierStatus;
  readonly minute: number;
}

/** `restart`: nothing before it is folded again, since silence lies there that no fold knows of. */
export interface KeptCheckpoint extends Checkpoint {
  readonly restart?: true;
}

export function isMark(minute: number): boolean {
  return (minute + 1) % MARK_MINUTES === 0;
}

/** The last mark that is at least two hours older than the newest closed minute, `closed - 1`. */
export function refoldBase(closed: number): number {
  return Math.floor((closed - REFOLD_MINUTES) / MARK_MINUTES) * MARK_MINUTES - 1;
}

/** Where late rows are folded from. Only changes are kept, so what is not there is as it was, at first the initial state. */
export function baseOf(checkpoints: readonly KeptCheckpoint[], closed: number): Checkpoint {
  const minute = refoldBase(closed);
  const restart = checkpoints.findLast((each) => each.restart === true && each.minute > minute);
  if (restart !== undefined) return restart;
  const last = checkpoints.findLast((each) => each.minute <= minute);
  return { status: last?.status ?? initialTierStatus, minute };
}

/** The list after a fold from `foldedFrom`: what it kept replaces what was kept of later minutes; the old ends are cut. */
export function nextCheckpoints(
  checkpoints: readonly KeptCheckpoint[],
  foldedFrom: number,
  kept: readonly Checkpoint[],
  closed: number,
): readonly KeptCheckpoint[] {
  const oldest = refoldBase(closed);
  const replaced = checkpoints.some(({ minute }) => minute > foldedFrom);
  const expired = (checkpoints[1]?.minute ?? Infinity) <= oldest;
  if (kept.length === 0 && !replaced && !expired) return checkpoints;
  const list: KeptCheckpoint[] = [];
  for (const each of [...checkpoints.filter(({ minute }) => minute <= foldedFrom), ...kept]) {
    const before = list.at(-1)?.status ?? initialTierStatus;
    if (sameStatus(before, each.status) && !('restart' in each)) continue;
    if (each.minute <= oldest) list.length = 0;
    list.push(each);
  }
  return list;
}

/** States are plain data, always made with their fields in one order. */
export function sameStatus(a: TierStatus, b: TierStatus): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
