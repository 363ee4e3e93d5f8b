import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Retentions, sealedBefore } from '../rollups/retention.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
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
    const retentionOf = await this.retentions.read();
    const sealed = sealedBefore(retentionOf(first.projectId), now);
    const unsealed = from < sealed ? sealed : from;
    if (unsealed < to) {
      await this.points.recomputeRevisions({ projectId: first.projectId, from: unsealed, to }, together);
    }
    for (const { id } of together) {
      // What lies before the seal is unknown and stays so: the wish ends there.
      const wanted = from < sealed ? { pointsWantedFrom: from } : {};
      await this.database
        .getRepository(ObjectiveRevision)
        .update({ id, supersededAt: IsNull() }, { pointsFrom: from, ...wanted });
    }
    return true;
  }
}
