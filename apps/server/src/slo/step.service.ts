import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  advanceTier,
  baseOf,
  initialTierStatus,
  PointSeries,
  REFOLD_MINUTES,
  refoldBase,
  sameStatus,
  windowOfStrata,
  type Tier,
} from '@plimsoll/slo';
import { DataSource, type EntityManager } from 'typeorm';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertRecorder } from './alert-recorder.js';
import {
  instancesOf,
  lockRevisions,
  saveInstances,
  saveSteps,
  sentSince,
  stepsUnderLock,
} from './alert-store.queries.js';
import {
  candidateEnds,
  dateOf,
  type GroupSeries,
  groupsOf,
  isAhead,
  isSampled,
  kindOf,
  lateSpan,
  minuteOf,
  type RevisionPlan,
  settledBefore,
  stepEdges,
  windowStart,
} from './evaluation-plan.js';
import { groupedBy } from './grouped.js';
import type { ObjectiveStep } from './objective-step.entity.js';
import { windowView } from './objective-view.js';
import { slicedOf } from './point-subjects.js';
import { marksOf, type SeriesByGroup, stretchesOf } from './point-sums.queries.js';
import { rowOf, SilenceService, type Silence } from './silence.service.js';

const noPoints = new PointSeries([]);

interface Marks {
  /** Of the points as they were stepped; another hash than the stored one means that rows came late. */
  readonly before: string;
  /** What to store for each end that this step may have. */
  readonly byEnd: ReadonlyMap<number, string>;
}

/** What is stored of one plan. */
interface Stepped {
  readonly step: ObjectiveStep;
  readonly instances: readonly AlertInstance[];
}

/** Steps all groups and tiers of a batch of revisions in one transaction, under their locks. */
@Injectable()
export class StepService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(AlertRecorder) private readonly recorder: AlertRecorder,
    @Inject(SilenceService) private readonly silence: SilenceService,
  ) {}

  /** `plans` of one shape: they read the same sums between the same edges. */
  async step(plans: readonly RevisionPlan[], closed: number, now: Date): Promise<void> {
    const marks = await this.marks(plans, closed);
    const isLate = (plan: RevisionPlan): boolean =>
      plan.mark !== null && plan.live === plan.stepped && marks.get(plan.revision.id)?.before !== plan.mark;
    const due = plans.filter((plan) => isDue(plan, closed) || isLate(plan));
    if (due.length === 0) return;
    const late = due.filter(isLate);
    const punctual = due.filter((plan) => !isLate(plan));
    // Only what changed behind the last step is read minute by minute and folded again.
    const points = new Map([
      ...(await this.load(punctual, closed, (plan) => plan.live)),
      ...(await this.load(late, closed, (plan) => Math.min(plan.live, refoldBase(Math.max(closed, plan.live + 1))))),
    ]);
    const silent = await this.silence.silences(due, points, closed);
    await this.database.transaction(async (manager) => {
      const ids = due.map(({ revision }) => revision.id);
      await lockRevisions(manager, ids);
      const stored = await stepsUnderLock(manager, ids);
      const instances = groupedBy(await instancesOf(manager, ids), ({ revisionId }) => revisionId);
      const stepped: Stepped[] = [];
      for (const plan of due) {
        const { id } = plan.revision;
        const own = marks.get(id);
        // Another worker had the same order and was faster.
        if (own === undefined || stored.get(id)?.pointsMark !== (plan.mark ?? undefined)) continue;
        if (
          (stored.get(id)?.steppedMinute.getTime() ?? null) !== (plan.stepped === null ? null : plan.stepped * 60_000)
        )
          continue;
        const work = { plan, points: points.get(id) ?? new Map(), silence: silent.get(id) ?? null, closed, now };
        stepped.push(await this.stepPlan(manager, { ...work, late: isLate(plan) }, instances.get(id) ?? [], own));
      }
      await saveInstances(
        manager,
        stepped.flatMap((each) => each.instances),
      );
      await saveSteps(
        manager,
        stepped.map((each) => each.step),
      );
    });
  }

  /** Hashes of the points that may still change an alert: as of the last step, and as this one would leave them. */
  private async marks(plans: readonly RevisionPlan[], closed: number): Promise<ReadonlyMap<string, Marks>> {
    const [first] = plans;
    if (first === undefined) return new Map();
    const ends = candidateEnds(first, closed);
    const before = lateSpan(first.live + 1);
    const found = await marksOf(
      this.clickhouse,
      pointsOf(plans),
      [before, ...ends.map(lateSpan)],
      kindOf(first.revision).reads,
    );
    const none = [before, ...ends].map(() => '-');
    return new Map(
      plans.map(({ revision }) => {
        const [ofBefore = '-', ...after] = found.get(revision.id) ?? none;
        return [
          revision.id,
          { before: ofBefore, byEnd: new Map(ends.map((end, index) => [end, after[index] ?? '-'])) },
        ];
      }),
    );
  }

  private async load(
    plans: readonly RevisionPlan[],
    closed: number,
    foldedFrom: (plan: RevisionPlan) => number,
  ): Promise<SeriesByGroup> {
    const [first] = plans;
    if (first === undefined) return new Map();
    const edges = new Set(
      plans.flatMap((plan) => stepEdges(plan, foldedFrom(plan) + 1, Math.max(closed, plan.live + 1))),
    );
    const { reads } = kindOf(first.revision);
    return stretchesOf(this.clickhouse, pointsOf(plans), [...edges], reads, closed - 1 - REFOLD_MINUTES);
  }

  private async stepPlan(
    manager: EntityManager,
    work: PlanWork,
    instances: readonly AlertInstance[],
    marks: Marks,
  ): Promise<Stepped> {
    const { plan, points, silence } = work;
    const whole = points.get('') ?? noPoints;
    const end = Math.max(plan.live + 1, settledBefore(plan, whole, work.closed));
    const saved: AlertInstance[] = [];
    const frozen = silence?.frozen === true;
    if (frozen) saved.push(...(await this.silence.hold(manager, plan, instances, end - 1, work.now)));
    const budgets: Record<string, number | null> = {};
    const states: AlertInstance['state'][] = [];
    const groups = groupsOf(plan, points, instances);
    for (const group of groups) {
      budgets[group.groupKey] = budgetLeft(plan, group.series, end);
      if (frozen) continue;
      for (const tier of plan.objective.tiers) {
        const instance = instances.find((each) => each.groupKey === group.groupKey && each.tier === tier.name);
        const { row, state } = await this.advance(manager, { ...work, end }, group, tier, instance);
        states.push(state);
        if (row !== null) saved.push(row);
      }
    }
    if (plan.revision.definition.groupBy.length > 0) budgets[''] = budgetLeft(plan, whole, end);
    const insufficient = states.length > 0 && states.every((state) => state === 'insufficient');
    const alarms = { absent: silence?.absent ?? null, insufficient };
    saved.push(...(await this.silence.alarms(manager, plan, instances, alarms, end - 1, work.now)));
    const mark = marks.byEnd.get(end) ?? marks.before;
    const { id, projectId } = plan.revision;
    const step = { revisionId: id, projectId, steppedMinute: dateOf(end - 1), pointsMark: mark, budgets };
    return { step: { ...step, updatedAt: work.now }, instances: saved };
  }

  /** Steps one tier of one group; the row is null when it is as it was stored. */
  private async advance(
    manager: EntityManager,
    work: PlanWork & { readonly end: number },
    group: GroupSeries,
    tier: Tier,
    instance: AlertInstance | undefined,
  ): Promise<{ readonly row: AlertInstance | null; readonly state: AlertInstance['state'] }> {
    const { plan, end } = work;
    const { objective, revision } = plan;
    const key = { revisionId: revision.id, groupKey: group.groupKey, tier: tier.name };
    const status = instance?.status ?? initialTierStatus;
    const known = instance?.checkpoints ?? [];
    const silent = status.alert.state === 'no_data' && known.at(-1)?.restart === true;
    const checkpoints = silent
      ? [{ minute: plan.live, status, restart: true as const }]
      : known.filter(({ minute }) => minute <= plan.live);
    const since = dateOf(baseOf(checkpoints, end).minute);
    const sent = work.late ? await sentSince(manager, key, since) : [];
    const result = advanceTier({
      objective,
      tier,
      series: group.series,
      checkpoints,
      closed: end,
      late: work.late,
      live: { status, minute: plan.live },
      sent: sent.map((row) => ({ minute: minuteOf(row.minute), kind: row.kind })),
    });
    const subject = { revision, groupKey: group.groupKey, tier, excluded: plan.excluded, now: work.now };
    for (const transition of result.transitions) await this.recorder.record(manager, subject, transition);
    const { state } = result.live.status.alert;
    const same = sameStatus(result.live.status, status) && sameList(result.checkpoints, known);
    if (same) return { row: null, state };
    const stored = { status: result.live.status, checkpoints: result.checkpoints, now: work.now };
    const row = rowOf(revision, group.groupKey, tier, stored);
    return { row, state };
  }
}

interface PlanWork {
  readonly plan: RevisionPlan;
  readonly points: ReadonlyMap<string, PointSeries>;
  readonly silence: Silence | null;
  readonly late: boolean;
  readonly closed: number;
  readonly now: Date;
}

function isDue(plan: RevisionPlan, closed: number): boolean {
  return plan.stepped === null || plan.stepped < closed - 1 || isAheadOf(plan, closed);
}

function isAheadOf({ stepped }: RevisionPlan, closed: number): boolean {
  return stepped !== null && isAhead(stepped, closed);
}

function pointsOf(plans: readonly RevisionPlan[]) {
  const [first] = plans;
  return {
    projectId: first?.revision.projectId ?? '',
    revisionIds: plans.map(({ revision }) => revision.id),
    excluded: first?.excluded ?? [],
    sliced: slicedOf(plans.map(({ revision }) => revision)),
  };
}

/** Share of the budget that is left after the minute before `end`; null without events. */
function budgetLeft(plan: RevisionPlan, series: PointSeries, end: number): number | null {
  const window = series.totals(windowStart(plan.objective, end), end);
  const { eligible, outcomes } = window.whole;
  if (eligible === 0 && outcomes === 0) return null;
  const { remaining } = windowView(
    plan.objective.definition,
    isSampled(plan) ? window : windowOfStrata([window.whole]),
    plan.objective.samples,
  ).state;
  return Number(remaining.toPrecision(9));
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === 0 && b.length === 0) || JSON.stringify(a) === JSON.stringify(b);
}
