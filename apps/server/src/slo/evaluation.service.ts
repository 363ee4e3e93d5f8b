import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError } from '@plimsoll/contract';
import {
  advanceTier,
  initialTierStatus,
  isOpen,
  judgedObjective,
  judgeTier,
  lookbackEdges,
  lookbackLengths,
  objectiveWindow,
  PointSeries,
  REFOLD_MINUTES,
  sliKindOf,
  stepWithoutData,
  type Checkpoint,
  type FoldedTransition,
  type JudgedObjective,
  type SliKind,
  type Tier,
  type TierStatus,
} from '@plimsoll/slo';
import { DataSource, type EntityManager, In, IsNull } from 'typeorm';
import { IncidentService } from '../incidents/incident.service.js';
import { closedBefore } from '../rollups/minute-recompute.js';
import { RollupsService } from '../rollups/rollups.service.js';
import { staleMs } from './as-of.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { groupedBy } from './grouped.js';
import { abandonedRevisions, lockRevisions, saveInstances, sentSince, steppedMinutes } from './alert-store.queries.js';
import { alertTransitionOf, budgetEvidence } from './alert-evidence.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { type GroupPoint, stretchesOf } from './slo.queries.js';

const minuteMs = 60_000;
/** Sampled objectives wait for scores this long at most. */
const settleMinutes = 15;
const settledShare = 0.9;

/** Revisions of one kind that are locked, read and written together. */
const batchSize = 250;

/** Points of one group, ready to be folded. */
interface GroupSeries {
  readonly groupKey: string;
  readonly points: readonly GroupPoint[];
  readonly series: PointSeries;
}

/**
 * Looks which minutes have closed and steps every alert once for each, in order. All state is in PostgreSQL, so that a
 * restarted or doubled worker goes on where the last one stopped.
 */
@Injectable()
export class EvaluationService {
  private readonly logger = new Logger('slo');

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
    @Inject(IncidentService) private readonly incidents: IncidentService,
  ) {}

  /** One tick. */
  async evaluate(): Promise<void> {
    const pass = await this.rollups.lastPass();
    if (pass === null) return;
    const now = new Date(Number((await this.clickhouse.now()) / 1000n));
    await this.endAbandoned(now);
    const revisions = await this.database.getRepository(ObjectiveRevision).find({
      where: { supersededAt: IsNull(), objective: { retiredAt: IsNull() } },
      relations: { objective: true },
    });
    const alerting = revisions.filter(({ definition }) => definition.alerting);
    if (now.getTime() - pass.finishedAt.getTime() > staleMs) {
      for (const revision of alerting) await this.freeze(revision, now);
      return;
    }
    const closed = closedBefore(pass.startedAt).getTime() / minuteMs;
    for (const projectId of new Set(alerting.map((revision) => revision.projectId))) {
      const own = alerting.filter((revision) => revision.projectId === projectId);
      await this.evaluateProject(projectId, own, closed, now);
    }
  }

  private async evaluateProject(
    projectId: string,
    revisions: readonly ObjectiveRevision[],
    closed: number,
    now: Date,
  ): Promise<void> {
    const stepped = await steppedMinutes(this.database, projectId);
    const due = revisions.filter((revision) => {
      const minute = stepped.get(revision.id);
      return hasPoints(revision, closed) && (minute === undefined || minuteOf(minute) < closed - 1);
    });
    for (const batch of batchesOf(due)) {
      try {
        await this.evaluateBatch(batch, closed, now);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        await this.evaluateOneByOne(batch, closed, now);
      }
    }
  }

  /** One broken objective must not silence the others; the next tick tries it again. */
  private async evaluateOneByOne(batch: readonly ObjectiveRevision[], closed: number, now: Date): Promise<void> {
    for (const revision of batch) {
      try {
        await this.evaluateBatch([revision], closed, now);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.error(`objective ${revision.objective.slug}: ${reason}`);
      }
    }
  }

  /** All groups and tiers of some revisions of a project in one transaction, under their locks. */
  private async evaluateBatch(revisions: readonly ObjectiveRevision[], closed: number, now: Date): Promise<void> {
    const ids = revisions.map(({ id }) => id);
    await this.database.transaction(async (manager) => {
      await lockRevisions(manager, ids);
      const instances = groupedBy(
        await manager.findBy(AlertInstance, { revisionId: In(ids) }),
        (each) => each.revisionId,
      );
      const plans = revisions.map((revision) => planOf(revision, instances.get(revision.id) ?? [], closed));
      const points = await this.load(plans, (plan) => plan.edges);
      const late = plans.filter((plan) => isLate(plan, points.get(plan.revision.id) ?? []));
      // Only what changed behind the last step is read minute by minute and folded again.
      const refolded = await this.load(late, (plan) => lookbackEdges(plan.objective, plan.base + 1, closed));
      const saved: AlertInstance[] = [];
      for (const plan of plans) {
        const again = refolded.get(plan.revision.id);
        const own = again ?? points.get(plan.revision.id) ?? [];
        for (const group of groupsOf(plan.revision, own, plan.instances)) {
          for (const tier of plan.objective.tiers) {
            const instance = plan.instances.find((each) => each.groupKey === group.groupKey && each.tier === tier.name);
            const work = { ...plan, group, tier, instance: instance ?? null, closed, now };
            const row = await this.advance(manager, work, again !== undefined);
            if (row !== null) saved.push(row);
          }
        }
      }
      await saveInstances(manager, saved);
    });
  }

  /** Points of the plans, one query: the edges of all of them are close to those of each. */
  private async load(
    plans: readonly RevisionPlan[],
    edgesOf: (plan: RevisionPlan) => readonly number[],
  ): Promise<ReadonlyMap<string, GroupPoint[]>> {
    const [first] = plans;
    if (first === undefined) return new Map();
    const edges = new Set(plans.flatMap(edgesOf));
    const revisionIds = plans.map(({ revision }) => revision.id);
    const range = { projectId: first.revision.projectId, revisionIds };
    const { reads } = kindOf(first.revision);
    const stretches = await stretchesOf(this.clickhouse, range, [...edges], reads);
    const points = groupedBy(stretches, (point) => point.revisionId);
    for (const id of revisionIds) if (!points.has(id)) points.set(id, []);
    return points;
  }

  /** Steps one tier of one group; null when there is nothing to step. */
  private async advance(manager: EntityManager, work: TierWork, late: boolean): Promise<AlertInstance | null> {
    const { objective, tier, group, instance } = work;
    const oldest = work.closed - 1 - REFOLD_MINUTES;
    const base = checkpointOf(instance?.baseStatus, instance?.baseMinute, oldest);
    const live = checkpointOf(instance?.status, instance?.steppedMinute, oldest);
    const closed = settledBefore(objective, group.series, live.minute, work.closed);
    if (closed - 1 <= live.minute) return null;
    const rows = late && instance !== null ? await sentSince(manager, instance, dateOf(base.minute)) : [];
    const sent = rows.map((row) => ({ minute: minuteOf(row.minute), kind: row.kind }));
    const refold = late && instance !== null;
    const result = advanceTier({ objective, tier, series: group.series, base, live, closed, late: refold, sent });
    for (const transition of result.transitions) await this.record(manager, work, transition);
    const seen = group.points.filter(({ minute }) => minute > result.base.minute && minute <= result.live.minute);
    return {
      ...instanceKey(work),
      severity: tier.severity,
      state: result.live.status.alert.state,
      status: result.live.status,
      steppedMinute: dateOf(result.live.minute),
      baseStatus: result.base.status,
      baseMinute: dateOf(result.base.minute),
      pointsVersion: newestVersion(seen).toString(),
      updatedAt: work.now,
    };
  }

  /** Stores a transition and tells incidents of it in the same transaction; the unique key makes it once. */
  private async record(manager: EntityManager, work: TierWork, step: FoldedTransition): Promise<void> {
    const { revision, tier } = work;
    const whole = await budgetEvidence(this.clickhouse, revision, work.group.groupKey, (step.minute + 1) * minuteMs);
    const evidence = { ...step.judgement.evidence(), ...whole };
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(AlertTransitionRow)
      .values({
        ...instanceKey(work),
        severity: tier.severity,
        minute: dateOf(step.minute),
        fromState: step.from,
        toState: step.to,
        kind: step.kind,
        decidedAt: work.now,
        evidence,
      })
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = inserted.raw as { id: string }[];
    if (row === undefined) return;
    await this.incidents.recordTransition(
      manager,
      alertTransitionOf({
        id: row.id,
        revision,
        groupKey: work.group.groupKey,
        tier,
        step,
        decidedAt: work.now,
        evidence,
      }),
    );
  }

  /** What an edited or deleted objective had open ends with it; the new revision is judged on its own. */
  private async endAbandoned(now: Date): Promise<void> {
    for (const revision of await abandonedRevisions(this.database)) {
      await this.visitInstances(revision, now, (instance, minute) => {
        const state =
          instance.status.alert.resolvedAt === null && !isOpen(instance.status.alert) ? 'inactive' : 'resolved';
        const alert = { ...instance.status.alert, state, frozen: null, resolvedAt: minute } as const;
        const transition = { minute, from: instance.state, to: state, kind: 'resolved' } as const;
        return { status: { ...instance.status, alert }, transition };
      });
    }
  }

  /** Nobody can read the minutes: what fires keeps firing underneath, and says so. */
  private async freeze(revision: ObjectiveRevision, now: Date): Promise<void> {
    await this.visitInstances(revision, now, (instance, minute, tier) =>
      stepWithoutData(tier, instance.status, minute),
    );
  }

  /** Moves stored states without points; only of alerts that were open anybody is told. */
  private async visitInstances(
    revision: ObjectiveRevision,
    now: Date,
    move: (instance: AlertInstance, minute: number, tier: Tier) => ReturnType<typeof stepWithoutData>,
  ): Promise<void> {
    await this.database.transaction(async (manager) => {
      await lockRevisions(manager, [revision.id]);
      const instances = await manager.findBy(AlertInstance, { revisionId: revision.id });
      const minute = minuteOf(now);
      const objective = judgedAt(revision, minute);
      for (const instance of instances) {
        const tier = objective.tiers.find(({ name }) => name === instance.tier);
        if (tier === undefined) continue;
        const wasOpen = isOpen(instance.status.alert);
        const { status, transition } = move(instance, minute, tier);
        if (transition === null) continue;
        await manager.update(AlertInstance, keyOf(instance), {
          status: status as object,
          state: status.alert.state,
          updatedAt: now,
        });
        if (!wasOpen) continue;
        const group = { groupKey: instance.groupKey, points: [], series: new PointSeries([]) };
        const judgement = judgeTier(
          objective,
          tier,
          (seconds) => group.series.totals(minute - seconds / 60, minute),
          null,
        );
        const work = { revision, objective, group, tier, instance, closed: minute, now };
        await this.record(manager, work, { ...transition, judgement, flapping: status.alert.flapping });
      }
    });
  }
}

/** What a revision needs in this tick. */
interface RevisionPlan {
  readonly revision: ObjectiveRevision;
  readonly objective: JudgedObjective;
  readonly instances: readonly AlertInstance[];
  /** The oldest of its checkpoints: nothing before it is folded again. */
  readonly base: number;
  /** Where the sums of this step begin and end. */
  readonly edges: readonly number[];
}

interface TierWork {
  readonly revision: ObjectiveRevision;
  readonly objective: JudgedObjective;
  readonly group: GroupSeries;
  readonly tier: Tier;
  readonly instance: AlertInstance | null;
  readonly closed: number;
  readonly now: Date;
}

function instanceKey({ revision, group, tier }: TierWork) {
  return {
    projectId: revision.projectId,
    objectiveId: revision.objectiveId,
    revisionId: revision.id,
    groupKey: group.groupKey,
    tier: tier.name,
  };
}

function keyOf({ revisionId, groupKey, tier }: AlertInstance) {
  return { revisionId, groupKey, tier };
}

/**
 * A stored state, or a fresh one. After a longer pause it goes on two hours back: what is older is history, which
 * changes figures and never pages.
 */
function checkpointOf(status: TierStatus | undefined, minute: Date | undefined, oldest: number): Checkpoint {
  return {
    status: status ?? initialTierStatus,
    minute: minute === undefined ? oldest : Math.max(oldest, minuteOf(minute)),
  };
}

function planOf(revision: ObjectiveRevision, instances: readonly AlertInstance[], closed: number): RevisionPlan {
  const objective = judgedAt(revision, closed);
  const oldest = closed - 1 - REFOLD_MINUTES;
  const minutesOf = (read: (instance: AlertInstance) => Date): number[] =>
    instances.length === 0 ? [oldest] : instances.map((instance) => Math.max(oldest, minuteOf(read(instance))));
  const base = Math.min(...minutesOf(({ baseMinute }) => baseMinute));
  const live = Math.min(...minutesOf(({ steppedMinute }) => steppedMinute));
  const edges = [
    ...lookbackEdges(objective, live + 1, closed),
    ...lookbackEdges(objective, base + 1, oldest + 1),
    ...instances.flatMap(({ baseMinute, steppedMinute }) => [
      Math.max(oldest, minuteOf(baseMinute)) + 1,
      Math.max(oldest, minuteOf(steppedMinute)) + 1,
    ]),
    base + 1,
  ];
  return { revision, objective, instances, base, edges };
}

/** True when a point that was stepped already has been written again since, or a group is new and has two hours to step. */
function isLate({ revision, instances }: RevisionPlan, points: readonly GroupPoint[]): boolean {
  if (instances.length === 0) return false;
  const known = new Set(instances.map(({ groupKey }) => groupKey));
  const grouped = revision.definition.groupBy.length > 0;
  if (grouped && points.some(({ groupKey }) => groupKey !== '' && !known.has(groupKey))) return true;
  return instances.some((instance) => {
    const version = BigInt(instance.pointsVersion);
    const [base, live] = [minuteOf(instance.baseMinute), minuteOf(instance.steppedMinute)];
    return points.some(
      (point) =>
        point.groupKey === instance.groupKey && point.minute > base && point.minute <= live && point.version > version,
    );
  });
}

function newestVersion(points: readonly GroupPoint[]): bigint {
  return points.reduce((newest, { version }) => (version > newest ? version : newest), 0n);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof PlimsollError && error.code === 'unavailable';
}

function minuteOf(date: Date): number {
  return Math.floor(date.getTime() / minuteMs);
}

function dateOf(minute: number): Date {
  return new Date(minute * minuteMs);
}

function kindOf({ definition }: ObjectiveRevision): SliKind {
  return sliKindOf(definition.indicator.kind);
}

/** Revisions of one kind read the same sums: a query each batch fetches no others. */
function batchesOf(revisions: readonly ObjectiveRevision[]): ObjectiveRevision[][] {
  return [...groupedBy(revisions, (revision) => kindOf(revision).reads.join()).values()].flatMap((alike) =>
    Array.from({ length: Math.ceil(alike.length / batchSize) }, (_, index) =>
      alike.slice(index * batchSize, (index + 1) * batchSize),
    ),
  );
}

function judgedAt(revision: ObjectiveRevision, minute: number): JudgedObjective {
  return judgedObjective(revision.definition, objectiveWindow(revision.definition, minute * minuteMs).seconds);
}

/** A new revision is judged when its points reach as far back as the longest window of the first minute it will step. */
function hasPoints(revision: ObjectiveRevision, closed: number): boolean {
  if (revision.pointsFrom === null) return false;
  if (revision.pointsFrom <= revision.pointsWantedFrom) return true;
  const needed = closed - REFOLD_MINUTES - Math.max(...lookbackLengths(judgedAt(revision, closed)));
  return minuteOf(revision.pointsFrom) <= needed;
}

/** The whole of an ungrouped objective; of a grouped one every group that has points or a state. */
function groupsOf(
  revision: ObjectiveRevision,
  points: readonly GroupPoint[],
  instances: readonly AlertInstance[],
): GroupSeries[] {
  const byGroup = groupedBy(points, (point) => point.groupKey);
  const grouped = revision.definition.groupBy.length > 0;
  const keys = grouped
    ? new Set([...byGroup.keys(), ...instances.map(({ groupKey }) => groupKey)].filter((key) => key !== ''))
    : new Set(['']);
  return [...keys].map((groupKey) => {
    const own = byGroup.get(groupKey) ?? [];
    return { groupKey, points: own, series: new PointSeries(own) };
  });
}

/** Sampled objectives wait until nine tenths of the selected samples of a minute are settled, 15 minutes at most. */
function settledBefore(objective: JudgedObjective, series: PointSeries, stepped: number, closed: number): number {
  if (!sliKindOf(objective.definition.indicator.kind).sampled) return closed;
  for (let minute = Math.max(stepped + 1, closed - settleMinutes); minute < closed; minute++) {
    const { whole } = series.totals(minute, minute + 1);
    if (whole.settled < settledShare * whole.selected) return minute;
  }
  return closed;
}
