import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { DataSource, In, IsNull } from 'typeorm';
import type { MinuteRange, MinuteRecompute } from '../rollups/minute-recompute.js';
import { ObjectiveGroup } from './objective-group.entity.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { recomputeHours } from './sli-hours.queries.js';
import { groupCap, type PointsSubject } from './point-subjects.js';
import { groupKeysBeyond, recomputePoints } from './slo-points.queries.js';

/** Makes the SLI points of a range from the rows as they are now: the whole project in few statements. */
@Injectable()
export class SliPointsRecompute implements MinuteRecompute {
  readonly name = 'sli-points';

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
  ) {}

  async recompute(range: MinuteRange): Promise<void> {
    const revisions = await this.database.getRepository(ObjectiveRevision).find({
      where: { projectId: range.projectId, supersededAt: IsNull(), objective: { retiredAt: IsNull() } },
    });
    await this.recomputeRevisions(range, revisions);
  }

  async recomputeRevisions(range: MinuteRange, revisions: readonly ObjectiveRevision[]): Promise<void> {
    const groups = await this.admitGroups(range, revisions);
    const subjects = revisions.map((revision) => subjectOf(revision, groups.get(revision.id) ?? []));
    await recomputePoints(this.clickhouse, range, subjects);
    await recomputeHours(
      this.clickhouse,
      range,
      revisions.map(({ id }) => id),
    );
  }

  /** Admits values before they are summed, so that a point never has a key that is not in the list. */
  private async admitGroups(
    range: MinuteRange,
    revisions: readonly ObjectiveRevision[],
  ): Promise<ReadonlyMap<string, string[]>> {
    const grouped = revisions.filter(({ definition }) => definition.groupBy.length > 0);
    const admitted = new Map<string, string[]>();
    if (grouped.length === 0) return admitted;
    const known = await this.database
      .getRepository(ObjectiveGroup)
      .findBy({ revisionId: In(grouped.map(({ id }) => id)) });
    for (const { id } of grouped) admitted.set(id, []);
    for (const { revisionId, groupKey } of known) admitted.get(revisionId)?.push(groupKey);
    const open = grouped
      .map((revision) => subjectOf(revision, admitted.get(revision.id) ?? []))
      .filter(({ groups }) => groups.length < groupCap);
    for (const [id, fresh] of await groupKeysBeyond(this.clickhouse, range, open)) {
      admitted.set(id, await this.admit(id, fresh));
    }
    return admitted;
  }

  /** The list is append-only and shared by all workers: the revision's row is the lock. */
  private async admit(revisionId: string, keys: readonly string[]): Promise<string[]> {
    return this.database.transaction(async (manager) => {
      await manager.findOne(ObjectiveRevision, {
        where: { id: revisionId },
        lock: { mode: 'pessimistic_write' },
        loadEagerRelations: false,
      });
      const present = await manager.findBy(ObjectiveGroup, { revisionId });
      const taken = new Set(present.map(({ groupKey }) => groupKey));
      const fresh = keys.filter((key) => !taken.has(key)).slice(0, Math.max(0, groupCap - taken.size));
      if (fresh.length > 0) {
        await manager.insert(
          ObjectiveGroup,
          fresh.map((groupKey) => ({ revisionId, groupKey })),
        );
      }
      return [...taken, ...fresh];
    });
  }
}

function subjectOf({ id, definition }: ObjectiveRevision, groups: readonly string[]): PointsSubject {
  return { revisionId: id, definition, groups };
}
