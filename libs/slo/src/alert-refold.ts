import { baseOf, isMark, nextCheckpoints, type Checkpoint, type KeptCheckpoint } from './alert-checkpoints.js';
import { type FoldedTransition, type TierStatus, foldTier } from './alert-fold.js';
import type { AlertState, AlertStatus, TransitionKind } from './alert-state.js';
import type { JudgedObjective } from './objective-judge.js';
import type { PointSeries } from './point-series.js';
import type { Tier } from './tiers.js';

export interface AdvanceInput {
  readonly objective: JudgedObjective;
  readonly tier: Tier;
  readonly series: PointSeries;
  readonly live: Checkpoint;
  readonly checkpoints: readonly KeptCheckpoint[];
  /** First minute that is not closed. */
  readonly closed: number;
  /** Points between the base and live changed since live was stepped. */
  readonly late: boolean;
  /** Transitions that were sent for minutes after the base, oldest first. */
  readonly sent: readonly { readonly minute: number; readonly kind: TransitionKind }[];
}

export interface AdvanceResult {
  readonly live: Checkpoint;
  /** The very same list when nothing was added to it. */
  readonly checkpoints: readonly KeptCheckpoint[];
  /** What has to be told now: what is new, and what late rows show to have been missed. */
  readonly transitions: readonly FoldedTransition[];
}

const fires: readonly TransitionKind[] = ['fired', 'reopened', 'recurred'];

/** Transitions that somebody is told of; the others are only states. */
export function isNotable(transition: { readonly kind: TransitionKind; readonly to: AlertState }): boolean {
  return fires.includes(transition.kind) || transition.kind === 'resolved' || isReturn(transition);
}

/** An alert that was open when its data stopped, and still is now that they are back. */
function isReturn({ kind, to }: { readonly kind: TransitionKind; readonly to: AlertState }): boolean {
  return kind === 'data_returned' && (to === 'firing' || to === 'resolving');
}

export function isOpen({ state, frozen }: AlertStatus): boolean {
  const lasting = state === 'no_data' ? frozen : state;
  return lasting === 'firing' || lasting === 'resolving';
}

/**
 * Steps a tier to the newest closed minute. When rows came late its last two hours are folded again: a transition that
 * was missed is told now, one that was told is never withdrawn.
 */
export function advanceTier(input: AdvanceInput): AdvanceResult {
  const { objective, tier, series, live, closed } = input;
  const minute = Math.max(live.minute, closed - 1);
  const ahead = keeper();
  const forward = foldTier({
    objective,
    tier,
    series,
    keep: ahead.keep,
    status: live.status,
    from: live.minute + 1,
    to: closed,
  });
  const onward = (): AdvanceResult => ({
    live: { status: forward.status, minute },
    checkpoints: nextCheckpoints(input.checkpoints, live.minute, ahead.kept, minute + 1),
    transitions: forward.transitions.filter(isNotable),
  });
  if (!input.late) return onward();
  const base = baseOf(input.checkpoints, minute + 1);
  const anew = keeper();
  const again = foldTier({
    objective,
    tier,
    series,
    keep: anew.keep,
    status: base.status,
    from: base.minute + 1,
    to: minute + 1,
  });
  const episodes = episodesOf(again.transitions, isOpen(base.status.alert));
  const withdrawn =
    isOpen(forward.status.alert) && !isOpen(again.status.alert) && !closesAfterwards(episodes, input.sent);
  if (withdrawn) return onward();
  const wasOpen = isOpen(live.status.alert);
  // Silence is no part of the fold from the base, but whoever was told of it hears that it is over.
  const returned = forward.transitions.filter(isReturn);
  return {
    live: { status: again.status, minute },
    checkpoints: nextCheckpoints(input.checkpoints, base.minute, anew.kept, minute + 1),
    transitions: [...returned, ...episodes.flatMap((episode) => untold(episode, base.minute, input.sent, wasOpen))],
  };
}

/** Collects the states at the marks that a fold passes. */
function keeper(): { readonly kept: Checkpoint[]; readonly keep: (minute: number, status: TierStatus) => void } {
  const kept: Checkpoint[] = [];
  const keep = (minute: number, status: TierStatus): void => {
    if (isMark(minute)) kept.push({ minute, status });
  };
  return { kept, keep };
}

/** From a fire to its resolve; an episode that began before the base has no fire here. */
interface Episode {
  readonly fire: FoldedTransition | null;
  readonly resolve: FoldedTransition | null;
}

function episodesOf(transitions: readonly FoldedTransition[], openAtStart: boolean): Episode[] {
  const episodes: Episode[] = openAtStart ? [{ fire: null, resolve: null }] : [];
  for (const transition of transitions) {
    const last = episodes.at(-1);
    if (fires.includes(transition.kind)) episodes.push({ fire: transition, resolve: null });
    else if (transition.kind === 'resolved' && last !== undefined && last.resolve === null) {
      episodes[episodes.length - 1] = { ...last, resolve: transition };
    }
  }
  return episodes;
}

function closesAfterwards(episodes: readonly Episode[], sent: AdvanceInput['sent']): boolean {
  const lastFire = sent.findLast(({ kind }) => fires.includes(kind))?.minute ?? -Infinity;
  return episodes.some(({ resolve }) => resolve !== null && resolve.minute > lastFire);
}

/** The parts of an episode that nobody was told of. */
function untold(
  episode: Episode,
  baseMinute: number,
  sent: AdvanceInput['sent'],
  wasOpen: boolean,
): FoldedTransition[] {
  const start = episode.fire?.minute ?? baseMinute;
  const end = episode.resolve?.minute ?? Infinity;
  const known = sent.findLast(({ minute, kind }) => fires.includes(kind) && minute <= end);
  const resolvedBetween = sent.some(
    ({ minute, kind }) => kind === 'resolved' && known !== undefined && minute > known.minute && minute < start,
  );
  const told =
    known !== undefined
      ? known.minute >= start || !resolvedBetween
      : episode.fire === null || (wasOpen && sent.length === 0);
  const parts: FoldedTransition[] = [];
  if (!told && episode.fire !== null) parts.push(episode.fire);
  const toldResolve = sent.some(
    ({ minute, kind }) => kind === 'resolved' && minute >= (known?.minute ?? start) && minute >= start,
  );
  if (episode.resolve !== null && !toldResolve) parts.push(episode.resolve);
  return parts;
}
