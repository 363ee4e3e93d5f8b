import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { DataSource, IsNull } from 'typeorm';
import { Retentions, sealedBefore } from '../rollups/retention.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { oldestMinute } from './slo.queries.js';
import { SliPointsRecompute } from './sli-points.recompute.js';

const hourMs = 3_600_000;
/** Work of one order, so that no order runs for minutes: the next one goes on. */
const budgetMs = 4_000;
/** Hours that are made in one statement. */
const chunkHours = 12;

/**
 * Makes the points of new revisions over the history that their window needs, newest first. Where it stands is in the
 * revision's row: a lost order or a restart goes on from there.
 */
@Injectable()
export class BackfillService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SliPointsRecompute) private readonly points: SliPointsRecompute,
    @Inject(Retentions) private readonly retentions: Retentions,
  ) {}

  async backfill(): Promise<void> {
    const until = Date.now() + budgetMs;
    while (Date.now() < until && (await this.step())) continue;
  }

  /** One stretch of history for every revision of a project that stands at the same place. */
  private async step(): Promise<boolean> {
    const waiting = await this.database
      .getRepository(ObjectiveRevision)
      .createQueryBuilder('revision')
      .innerJoin('revision.objective', 'objective', 'objective.retired_at IS NULL')
      .where('revision.superseded_at IS NULL')
      .andWhere('(revision.points_from IS NULL OR revision.points_from > revision.points_wanted_from)')
      .orderBy('revision.points_from', 'DESC', 'NULLS FIRST')
      .getMany();
    const [first] = waiting;
    if (first === undefined) return false;
    const together = waiting.filter(
      ({ projectId, pointsFrom }) =>
        projectId === first.projectId && pointsFrom?.getTime() === first.pointsFrom?.getTime(),
    );
    const now = new Date();
    const to = first.pointsFrom ?? new Date(Math.ceil(now.getTime() / hourMs) * hourMs);
    const from = new Date(to.getTime() - chunkHours * hourMs);
    const known = await this.knownFrom(first.projectId, now);
    if (to > known) {
      const range = { projectId: first.projectId, from: from < known ? known : from, to };
      await this.points.recomputeRevisions(range, together);
    }
    for (const { id, pointsWantedFrom } of together) {
      // Before the first span and before the seal there is nothing to make: the wish ends there.
      const done =
        from <= known ? { pointsFrom: pointsWantedFrom < from ? pointsWantedFrom : from } : { pointsFrom: from };
      await this.database.getRepository(ObjectiveRevision).update({ id, supersededAt: IsNull() }, done);
    }
    return true;
  }

  /** Spans of before are gone, or never were. */
  private async knownFrom(projectId: string, now: Date): Promise<Date> {
    const retentionOf = await this.retentions.read();
    const sealed = sealedBefore(retentionOf(projectId), now);
    const oldest = await oldestMinute(this.clickhouse, projectId);
    if (oldest === null) return now;
    return oldest < sealed ? sealed : oldest;
  }
}
