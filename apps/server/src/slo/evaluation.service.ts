import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError } from '@plimsoll/contract';
import { DataSource, IsNull } from 'typeorm';
import { closedBefore } from '../rollups/minute-recompute.js';
import { RollupsService } from '../rollups/rollups.service.js';
import { stepsOf } from './alert-store.queries.js';
import { staleMs } from './as-of.js';
import { batchesOf, hasPoints, minuteOf, planOf, type RevisionPlan } from './evaluation-plan.js';
import { exclusionWindows } from './exclusion-windows.js';
import { type KnownTraits, sampleTraits, scorersOf } from './sample-traits.js';
import { sessionVerdicts, type SessionVerdicts } from './session-verdicts.queries.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { SilenceService } from './silence.service.js';
import { StepService } from './step.service.js';

/**
 * Looks which minutes have closed and steps every alert once for each, in order; what changed behind the last step is
 * folded again at once. All state is in PostgreSQL, so that a restarted or doubled worker goes on where the last one
 * stopped.
 */
@Injectable()
export class EvaluationService {
  private readonly logger = new Logger('slo');
  private readonly traits = new Map<string, { readonly closed: number; readonly known: KnownTraits }>();
  private readonly sessions = new Map<string, { readonly hour: number; readonly read: SessionVerdicts }>();

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
    @Inject(StepService) private readonly steps: StepService,
    @Inject(SilenceService) private readonly silence: SilenceService,
  ) {}

  /** One tick. */
  async evaluate(): Promise<void> {
    const pass = await this.rollups.lastPass();
    if (pass === null) return;
    const now = new Date(Number((await this.clickhouse.now()) / 1000n));
    await this.silence.endAbandoned(now);
    const revisions = await this.alerting();
    if (now.getTime() - pass.finishedAt.getTime() > staleMs) {
      for (const revision of revisions) await this.silence.freeze(revision, pass.finishedAt, now);
      return;
    }
    const closed = minuteOf(closedBefore(pass.startedAt));
    for (const projectId of new Set(revisions.map((revision) => revision.projectId))) {
      const own = revisions.filter((revision) => revision.projectId === projectId && hasPoints(revision, closed));
      await this.evaluateProject(projectId, own, closed, now);
    }
  }

  private async alerting(): Promise<ObjectiveRevision[]> {
    const revisions = await this.database.getRepository(ObjectiveRevision).find({
      where: { supersededAt: IsNull(), objective: { retiredAt: IsNull() } },
      relations: { objective: true },
    });
    return revisions.filter(({ definition }) => definition.alerting);
  }

  private async evaluateProject(
    projectId: string,
    revisions: readonly ObjectiveRevision[],
    closed: number,
    now: Date,
  ): Promise<void> {
    const stored = await stepsOf(this.database, projectId);
    const exclusions = await exclusionWindows(this.database, projectId);
    const traits = await this.known(projectId, revisions, closed);
    const plans = revisions.map((revision) =>
      planOf(
        revision,
        stored.get(revision.id),
        exclusions.of(revision.objectiveId),
        closed,
        traits.used(revision.definition),
      ),
    );
    for (const batch of batchesOf(plans)) {
      await this.stepApart(batch, closed, now);
    }
  }

  /** Labels of people are read once for each closed minute, sessions once an hour. */
  private async known(
    projectId: string,
    revisions: readonly ObjectiveRevision[],
    closed: number,
  ): Promise<KnownTraits> {
    const before = this.traits.get(projectId);
    if (before?.closed === closed) return before.known;
    const definitions = revisions.map(({ definition }) => definition);
    const sessions = await this.sessionsOf(projectId, scorersOf(definitions), Math.floor(closed / 60));
    const known = await sampleTraits(this.clickhouse, projectId, definitions, sessions);
    this.traits.set(projectId, { closed, known });
    return known;
  }

  private async sessionsOf(projectId: string, scorers: readonly string[], hour: number): Promise<SessionVerdicts> {
    const before = this.sessions.get(projectId);
    if (before?.hour === hour && scorers.every((scorer) => before.read.has(scorer))) return before.read;
    const read = await sessionVerdicts(this.clickhouse, projectId, scorers);
    this.sessions.set(projectId, { hour, read });
    return read;
  }

  /** One broken objective must not silence the others: a batch that fails is halved until it is alone; the next tick tries it again. */
  private async stepApart(batch: readonly RevisionPlan[], closed: number, now: Date): Promise<void> {
    try {
      await this.steps.step(batch, closed, now);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      const [only] = batch;
      if (batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await this.stepApart(batch.slice(0, middle), closed, now);
        await this.stepApart(batch.slice(middle), closed, now);
      } else if (only !== undefined) {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.error(`objective ${only.revision.definition.slug}: ${reason}`);
      }
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof PlimsollError && error.code === 'unavailable';
}
