import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  advanceTier,
  initialTierStatus,
  isOpen,
  judgedObjective,
  judgeTier,
  objectiveWindow,
  PointSeries,
  REFOLD_MINUTES,
  sliKindOf,
  stepWithoutData,
  type FoldedTransition,
  type JudgedObjective,
  type Tier,
} from '@plimsoll/slo';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { IncidentService } from '../incidents/incident.service.js';
import { closedBefore } from '../rollups/minute-recompute.js';
import { RollupsService } from '../rollups/rollups.service.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { groupedBy } from './grouped.js';
import { abandonedRevisions, lockRevision, sentSince } from './alert-store.queries.js';
import { alertTransitionOf, budgetEvidence } from './alert-evidence.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { type GroupPoint, pointsOf } from './slo.queries.js';

const minuteMs = 60_000;
/** Without a finished pass for this long nobody can tell that a service is healthy. */
const staleMs = 3 * minuteMs;
/** Sampled objectives wait for scores this long at most. */
const settleMinutes = 15;
const settledShare = 0.9;

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
    const instances = await this.database.getRepository(AlertInstance).findBy({ projectId });
    const due = revisions.filter((revision) => {
      const own = instances.filter(({ revisionId }) => revisionId === revision.id);
      return (
        hasPoints(revision, closed) &&
        (own.length === 0 || own.some((each) => minuteOf(each.steppedMinute) < closed - 1))
      );
    });
    if (due.length === 0) return;
    const objectives = new Map(due.map((revision) => [revision.id, judgedAt(revision, closed)]));
    const longest = Math.max(...[...objectives.values()].map(lookbackMinutes));
    const bases = instances.map((instance) => minuteOf(instance.baseMinute));
    const first = Math.min(closed - 1 - REFOLD_MINUTES, ...bases) - longest;
    const points = await pointsOf(this.clickhouse, {
      projectId,
      revisionIds: due.map(({ id }) => id),
      from: new Date(first * minuteMs),
      to: new Date(closed * minuteMs),
    });
    const byRevision = groupedBy(points, (point) => point.revisionId);
    for (const revision of due) {
      const objective = objectives.get(revision.id);
      if (objective === undefined) continue;
      try {
        await this.evaluateRevision(revision, objective, byRevision.get(revision.id) ?? [], closed, now);
      } catch (error) {
        // One broken objective must not silence the others; the next tick tries it again.
        this.logger.error(
          `objective ${revision.objective.slug}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }

  /** All groups and tiers of one revision in one transaction, under its lock. */
  private async evaluateRevision(
    revision: ObjectiveRevision,
    objective: JudgedObjective,
    points: readonly GroupPoint[],
    closed: number,
    now: Date,
  ): Promise<void> {
    await this.database.transaction(async (manager) => {
      await lockRevision(manager, revision.id);
      const instances = await manager.findBy(AlertInstance, { revisionId: revision.id });
      for (const group of groupsOf(revision, points, instances)) {
        for (const tier of objective.tiers) {
          const instance = instances.find((each) => each.groupKey === group.groupKey && each.tier === tier.name);
          await this.advance(manager, { revision, objective, group, tier, instance: instance ?? null, closed, now });
        }
      }
    });
  }

  private async advance(manager: EntityManager, work: TierWork): Promise<void> {
    const { objective, tier, group, instance } = work;
    const start = work.closed - 1 - REFOLD_MINUTES;
    const base =
      instance === null
        ? { status: initialTierStatus, minute: start }
        : checkpoint(instance.baseStatus, instance.baseMinute);
    const live = instance === null ? base : checkpoint(instance.status, instance.steppedMinute);
    const closed = settledBefore(objective, group.series, live.minute, work.closed);
    if (closed - 1 <= live.minute) return;
    const late = group.points.some(
      ({ minute, version }) =>
        minute > base.minute && minute <= live.minute && version > BigInt(instance?.pointsVersion ?? 0),
    );
    const rows = instance === null ? [] : await sentSince(manager, instance, dateOf(base.minute));
    const sent = rows.map((row) => ({ minute: minuteOf(row.minute), kind: row.kind }));
    const result = advanceTier({ objective, tier, series: group.series, base, live, closed, late, sent });
    for (const transition of result.transitions) await this.record(manager, work, transition);
    const versions = group.points
      .filter(({ minute }) => minute > result.base.minute && minute <= result.live.minute)
      .map(({ version }) => version);
    await manager.upsert(
      AlertInstance,
      {
        ...instanceKey(work),
        severity: tier.severity,
        state: result.live.status.alert.state,
        status: result.live.status as object,
        steppedMinute: dateOf(result.live.minute),
        baseStatus: result.base.status as object,
        baseMinute: dateOf(result.base.minute),
        pointsVersion: versions.reduce((newest, version) => (version > newest ? version : newest), 0n).toString(),
        updatedAt: work.now,
      },
      ['revisionId', 'groupKey', 'tier'],
    );
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
      await lockRevision(manager, revision.id);
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

function checkpoint(
  status: AlertInstance['status'],
  minute: Date,
): { status: AlertInstance['status']; minute: number } {
  return { status, minute: minuteOf(minute) };
}

function minuteOf(date: Date): number {
  return Math.floor(date.getTime() / minuteMs);
}

function dateOf(minute: number): Date {
  return new Date(minute * minuteMs);
}

function judgedAt(revision: ObjectiveRevision, minute: number): JudgedObjective {
  return judgedObjective(revision.definition, objectiveWindow(revision.definition, minute * minuteMs).seconds);
}

/** Minutes of history that a judgement reads. */
function lookbackMinutes(objective: JudgedObjective): number {
  const tiers = objective.tiers.map(({ longSeconds }) => longSeconds);
  return Math.max(
    1440,
    ...tiers.map((seconds) => seconds / 60),
    objective.definition.volumeAware ? objective.windowSeconds / 60 : 0,
  );
}

/** A new revision is judged when its points reach as far back as the longest window of the first minute it will step. */
function hasPoints(revision: ObjectiveRevision, closed: number): boolean {
  if (revision.pointsFrom === null) return false;
  const needed = closed - REFOLD_MINUTES - lookbackMinutes(judgedAt(revision, closed));
  return revision.pointsFrom <= revision.pointsWantedFrom || minuteOf(revision.pointsFrom) <= needed;
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
