import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  absentAfterMinutes,
  eventsWithin,
  FORECAST_WEEKS,
  forecastRate,
  initialTierStatus,
  isNotable,
  isOpen,
  judgeTier,
  PointSeries,
  sameStatus,
  silenceAlarms,
  silenceTier,
  silentMinutes,
  stepSilence,
  stepWithoutData,
  tellingSilence,
  type SilenceAlarm,
  type Tier,
} from '@plimsoll/slo';
import { DataSource, type EntityManager } from 'typeorm';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertRecorder } from './alert-recorder.js';
import { abandonedRevisions, instancesOf, lockRevisions, saveInstances } from './alert-store.queries.js';
import { judgedAt, kindOf, minuteOf, type RevisionPlan } from './evaluation-plan.js';
import type { ObjectiveRevision } from './objective-revision.entity.js';
import { type SeriesByGroup, stretchesOf } from './point-sums.queries.js';

const weekMinutes = 7 * 24 * 60;
const noPoints = new PointSeries([]);

/** An objective without events at the end of a step, where the last weeks had some. */
export interface Silence {
  /** It is too long for chance: nothing is judged, what fires keeps firing. */
  readonly frozen: boolean;
  /** What the alarm says, once it has lasted long enough for one. */
  readonly absent: string | null;
}

/** Silence is no good news: freezes what cannot be judged, and raises a ticket of its own when that lasts. */
@Injectable()
export class SilenceService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(AlertRecorder) private readonly recorder: AlertRecorder,
  ) {}

  /** Which of the plans (of one shape) are silent although the same hour of the last weeks was not. */
  async silences(
    plans: readonly RevisionPlan[],
    points: SeriesByGroup,
    closed: number,
  ): Promise<ReadonlyMap<string, Silence>> {
    const lengths = new Map<string, number>();
    for (const { revision, objective } of plans) {
      const whole = points.get(revision.id)?.get('') ?? noPoints;
      const minutes = silentMinutes(objective, whole, closed);
      if (minutes > 0) lengths.set(revision.id, minutes);
    }
    const rates = await this.forecasts(
      plans.filter(({ revision }) => lengths.has(revision.id)),
      closed,
    );
    const silences = new Map<string, Silence>();
    for (const { revision, objective } of plans) {
      const minutes = lengths.get(revision.id) ?? 0;
      const rate = rates.get(revision.id) ?? null;
      if (minutes < tellingSilence(rate)) continue;
      const reason = `no events for ${minutes} minutes; the same hour of the last weeks had at least ${Math.round((rate ?? 0) * 60)}`;
      silences.set(revision.id, { frozen: true, absent: minutes >= absentAfterMinutes(objective) ? reason : null });
    }
    return silences;
  }

  /** Least events a minute in the same hour of the last four weeks, as far back as there are points. */
  private async forecasts(plans: readonly RevisionPlan[], closed: number): Promise<ReadonlyMap<string, number | null>> {
    const [first] = plans;
    if (first === undefined) return new Map();
    const hour = Math.floor((closed - 1) / 60) * 60;
    const hours = Array.from({ length: FORECAST_WEEKS }, (_, index) => hour - (index + 1) * weekMinutes);
    const { projectId } = first.revision;
    const stretches = await stretchesOf(
      this.clickhouse,
      { projectId, revisionIds: plans.map(({ revision }) => revision.id), excluded: first.excluded },
      hours.flatMap((start) => [start, start + 60]),
      kindOf(first.revision).reads,
      closed,
    );
    return new Map(
      plans.map(({ revision }) => {
        const series = stretches.get(revision.id)?.get('') ?? noPoints;
        const knownFrom = revision.pointsFrom === null ? Infinity : minuteOf(revision.pointsFrom);
        const counts = hours.map((start) => (start < knownFrom ? null : eventsWithin(series, start, start + 60)));
        return [revision.id, forecastRate(counts)];
      }),
    );
  }

  /** A step without data: every alert freezes as it is, and what was open says so. Returns what has to be stored. */
  async hold(
    manager: EntityManager,
    plan: RevisionPlan,
    instances: readonly AlertInstance[],
    minute: number,
    now: Date,
  ): Promise<AlertInstance[]> {
    const { revision, objective, excluded } = plan;
    const keys = new Set(instances.map(({ groupKey }) => groupKey));
    if (revision.definition.groupBy.length === 0) keys.add('');
    const saved: AlertInstance[] = [];
    for (const groupKey of keys) {
      for (const tier of objective.tiers) {
        const instance = instances.find((each) => each.groupKey === groupKey && each.tier === tier.name);
        const before = instance?.status ?? initialTierStatus;
        const { status, transition } = stepWithoutData(tier, before, minute);
        if (transition === null) continue;
        if (isOpen(before.alert)) {
          const subject = { revision, groupKey, tier, excluded, now };
          const judgement = judgeTier(objective, tier, () => noPoints.totals(0, 0));
          const told = { ...transition, judgement, flapping: status.alert.flapping };
          await this.recorder.record(manager, subject, told);
        }
        const checkpoints = [{ minute, status, restart: true as const }];
        saved.push(rowOf(revision, groupKey, tier, { status, checkpoints, now }));
      }
    }
    return saved;
  }

  /** Steps the alarms about silence; returns what has to be stored. */
  async alarms(
    manager: EntityManager,
    plan: Pick<RevisionPlan, 'revision' | 'objective' | 'excluded'>,
    instances: readonly AlertInstance[],
    held: { readonly absent: string | null; readonly insufficient: boolean },
    minute: number,
    now: Date,
  ): Promise<AlertInstance[]> {
    const { revision, objective, excluded } = plan;
    const reasons: Readonly<Record<SilenceAlarm, string | null>> = {
      absent: held.absent,
      insufficient: held.insufficient ? 'no tier has had enough scored samples to judge' : null,
    };
    const saved: AlertInstance[] = [];
    for (const alarm of ['absent', 'insufficient'] as const) {
      const instance = instances.find(({ groupKey, tier }) => groupKey === '' && tier === silenceAlarms[alarm]);
      const reason = reasons[alarm];
      if (instance === undefined && reason === null) continue;
      const step = {
        alarm,
        status: instance?.status,
        minute,
        holds: reason !== null,
        reason: reason ?? 'data are back',
      };
      const { tier, status, transition } = stepSilence(objective, step);
      if (transition !== null && isNotable(transition)) {
        await this.recorder.record(manager, { revision, groupKey: '', tier, excluded, now }, transition);
      }
      if (instance !== undefined && sameStatus(instance.status, status)) continue;
      saved.push(rowOf(revision, '', tier, { status, checkpoints: [], now }));
    }
    return saved;
  }

  /** No pass has finished for minutes: nobody can read anything. What fires keeps firing underneath, and says so. */
  async freeze(revision: ObjectiveRevision, lastPass: Date, now: Date): Promise<void> {
    const minute = minuteOf(now);
    const objective = judgedAt(revision, minute);
    const silent = minute - minuteOf(lastPass);
    const absent =
      silent >= absentAfterMinutes(objective) ? `no pass over the minutes has finished for ${silent} minutes` : null;
    await this.database.transaction(async (manager) => {
      await lockRevisions(manager, [revision.id]);
      const instances = await instancesOf(manager, [revision.id]);
      const plan = { revision, objective, excluded: [], stepped: null, mark: null, live: minute };
      const frozen = await this.hold(manager, plan, instances, minute, now);
      // The minutes are there and will be read: nothing is cut off from being folded again.
      const rows = frozen.map((row) => {
        const before = instances.find(({ groupKey, tier }) => groupKey === row.groupKey && tier === row.tier);
        return Object.assign(row, { checkpoints: before?.checkpoints ?? [] });
      });
      const alarms = await this.alarms(manager, plan, instances, { absent, insufficient: false }, minute, now);
      await saveInstances(manager, [...rows, ...(absent === null ? [] : alarms)]);
    });
  }

  /** What an edited or deleted objective had open ends with it; the new revision is judged on its own. */
  async endAbandoned(now: Date): Promise<void> {
    for (const revision of await abandonedRevisions(this.database)) {
      await this.database.transaction(async (manager) => {
        await lockRevisions(manager, [revision.id]);
        const minute = minuteOf(now);
        for (const instance of await instancesOf(manager, [revision.id]))
          await this.end(manager, revision, instance, minute, now);
      });
    }
  }

  private async end(
    manager: EntityManager,
    revision: ObjectiveRevision,
    instance: AlertInstance,
    minute: number,
    now: Date,
  ): Promise<void> {
    const { alert } = instance.status;
    const state = alert.resolvedAt === null && !isOpen(alert) ? 'inactive' : 'resolved';
    if (instance.state === state) return;
    const objective = judgedAt(revision, minute);
    const alarm = (['absent', 'insufficient'] as const).find((each) => silenceAlarms[each] === instance.tier);
    const tier =
      alarm === undefined ? objective.tiers.find(({ name }) => name === instance.tier) : silenceTier(objective, alarm);
    if (tier === undefined) return;
    const ended = { ...alert, state, frozen: null, pendingSince: null, cleanSince: null, resolvedAt: minute } as const;
    const status = { ...instance.status, alert: ended };
    await saveInstances(manager, [rowOf(revision, instance.groupKey, tier, { status, checkpoints: [], now })]);
    if (!isOpen(alert)) return;
    const subject = { revision, groupKey: instance.groupKey, tier, excluded: [], now };
    const judgement = judgeTier(objective, tier, () => noPoints.totals(0, 0));
    const transition = { minute, from: instance.state, to: state, kind: 'resolved' } as const;
    await this.recorder.record(manager, subject, { ...transition, judgement, flapping: alert.flapping });
  }
}

/** A state as it is stored. */
export function rowOf(
  revision: ObjectiveRevision,
  groupKey: string,
  tier: Tier,
  row: Pick<AlertInstance, 'status' | 'checkpoints'> & { readonly now: Date },
): AlertInstance {
  return {
    revisionId: revision.id,
    groupKey,
    tier: tier.name,
    projectId: revision.projectId,
    objectiveId: revision.objectiveId,
    severity: tier.severity,
    state: row.status.alert.state,
    status: row.status,
    checkpoints: row.checkpoints,
    updatedAt: row.now,
  };
}
