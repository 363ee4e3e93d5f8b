import {
  judgedObjective,
  plainSamples,
  lookbackEdges,
  lookbackLengths,
  objectiveWindow,
  PointSeries,
  REFOLD_MINUTES,
  refoldBase,
  silenceProbes,
  sliKindOf,
  type JudgedObjective,
  type SampleTraits,
  type SliKind,
} from '@plimsoll/slo';
import type { AlertInstance } from './alert-instance.entity.js';
import { groupedBy } from './grouped.js';
import type { ObjectiveRevision } from './objective-revision.entity.js';
import type { MinuteSpan } from './point-grain.js';

const minuteMs = 60_000;
/** Sampled objectives wait for scores this long at most. */
const settleMinutes = 15;
const settledShare = 0.9;
/**
 * Revisions that are locked, read and written together. A batch reads the hours of its windows whole, also what lies
 * between its own rows: few large batches read them few times.
 */
const batchSize = 5_000;
/** A stored minute this far ahead of the clock was stepped while the clock was wrong. */
const aheadMinutes = 3;

/** What a revision needs in this tick. All minutes are minutes since the epoch. */
export interface RevisionPlan {
  readonly revision: ObjectiveRevision;
  readonly objective: JudgedObjective;
  readonly excluded: readonly MinuteSpan[];
  /** The last minute that was stepped, also by the stored row; null for a revision that is new. */
  readonly stepped: number | null;
  /** Hash of the points that it was stepped with. */
  readonly mark: string | null;
  /** Where this step goes on: the stepped minute, two hours back at the most. */
  readonly live: number;
}

export function minuteOf(date: Date): number {
  return Math.floor(date.getTime() / minuteMs);
}

export function dateOf(minute: number): Date {
  return new Date(minute * minuteMs);
}

export function kindOf({ definition }: ObjectiveRevision): SliKind {
  return sliKindOf(definition.indicator.kind);
}

export function judgedAt(
  revision: ObjectiveRevision,
  minute: number,
  samples: SampleTraits = plainSamples,
): JudgedObjective {
  return judgedObjective(revision.definition, objectiveWindow(revision.definition, minute * minuteMs).seconds, samples);
}

/** Where the window of the budget begins when it ends with the last closed minute. */
export function windowStart({ definition }: JudgedObjective, closed: number): number {
  return objectiveWindow(definition, closed * minuteMs).start / minuteMs;
}

export function planOf(
  revision: ObjectiveRevision,
  step: { readonly steppedMinute: Date; readonly pointsMark: string } | undefined,
  excluded: readonly MinuteSpan[],
  closed: number,
  samples: SampleTraits = plainSamples,
): RevisionPlan {
  const stepped = step === undefined ? null : minuteOf(step.steppedMinute);
  const mark = step?.pointsMark ?? null;
  const objective = judgedAt(revision, closed, samples);
  // After a longer pause it goes on two hours back: what is older is history, which changes figures and never pages.
  const oldest = closed - 1 - REFOLD_MINUTES;
  const live = stepped === null ? oldest : Math.max(oldest, isAhead(stepped, closed) ? closed - 2 : stepped);
  return { revision, objective, excluded, stepped, mark, live };
}

/** The clock was set back: what was stepped while it was ahead is no reason to sleep until it is there again. */
export function isAhead(stepped: number, closed: number): boolean {
  return stepped - (closed - 1) >= aheadMinutes;
}

/** A new revision is judged when its points reach as far back as the longest window of the first minute it will step. */
export function hasPoints(revision: ObjectiveRevision, closed: number): boolean {
  if (revision.pointsFrom === null) return false;
  if (revision.pointsFrom <= revision.pointsWantedFrom) return true;
  const needed = closed - REFOLD_MINUTES - Math.max(...lookbackLengths(judgedAt(revision, closed)));
  return minuteOf(revision.pointsFrom) <= needed;
}

/** Plans that read the same sums between the same edges: one query serves a batch of them. */
export function batchesOf(plans: readonly RevisionPlan[]): RevisionPlan[][] {
  const shapes = groupedBy(plans, ({ revision, objective, excluded, live, stepped }) =>
    [
      kindOf(revision).reads.join(),
      JSON.stringify(revision.definition.window),
      lookbackLengths(objective).join(),
      excluded.map(({ from, to }) => `${from}-${to}`).join(),
      live,
      stepped,
    ].join(' '),
  );
  return [...shapes.values()].flatMap((alike) =>
    Array.from({ length: Math.ceil(alike.length / batchSize) }, (_, index) =>
      alike.slice(index * batchSize, (index + 1) * batchSize),
    ),
  );
}

/** Where the sums of a step begin and end: its tiers, what silence is told by, and the window of the budget. */
export function stepEdges(plan: RevisionPlan, from: number, closed: number): number[] {
  const probes = silenceProbes(plan.objective);
  const ends = isSampled(plan) ? candidateEnds(plan, closed) : [closed];
  return [
    ...lookbackEdges(plan.objective, from, closed),
    ...ends.map((end) => windowStart(plan.objective, end)),
    ...probes.map((minutes) => closed - minutes),
    closed,
  ];
}

export function isSampled({ revision }: RevisionPlan): boolean {
  return kindOf(revision).sampled;
}

/** The ends that a step may have: sampled objectives may have to wait for scores. */
export function candidateEnds(plan: RevisionPlan, closed: number): number[] {
  const last = Math.max(closed, plan.live + 1);
  if (!isSampled(plan)) return [last];
  const first = Math.max(plan.live + 1, last - settleMinutes);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Minutes whose points may still change an alert that was stepped up to `end`. */
export function lateSpan(end: number): MinuteSpan {
  return { from: refoldBase(end) + 1, to: end };
}

/** Points of one group, ready to be folded. */
export interface GroupSeries {
  readonly groupKey: string;
  readonly series: PointSeries;
}

/** The whole of an ungrouped objective; of a grouped one every group that has points or a state. */
export function groupsOf(
  { revision }: RevisionPlan,
  points: ReadonlyMap<string, PointSeries>,
  instances: readonly AlertInstance[],
): GroupSeries[] {
  const grouped = revision.definition.groupBy.length > 0;
  const keys = grouped
    ? new Set([...points.keys(), ...instances.map(({ groupKey }) => groupKey)].filter((key) => key !== ''))
    : new Set(['']);
  return [...keys].map((groupKey) => ({ groupKey, series: points.get(groupKey) ?? new PointSeries([]) }));
}

/** Sampled objectives wait until nine tenths of the selected samples of a minute are settled, 15 minutes at most. */
export function settledBefore(plan: RevisionPlan, whole: PointSeries, closed: number): number {
  if (!isSampled(plan)) return closed;
  for (let minute = Math.max(plan.live + 1, closed - settleMinutes); minute < closed; minute++) {
    const { selected, settled } = whole.totals(minute, minute + 1).whole;
    if (settled < settledShare * selected) return minute;
  }
  return closed;
}
