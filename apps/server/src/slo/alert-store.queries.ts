import type { DataSource, EntityManager } from 'typeorm';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { ObjectiveRevision } from './objective-revision.entity.js';

/** Revisions that are judged no more but still have a state that asks for attention. */
export function abandonedRevisions(database: DataSource): Promise<ObjectiveRevision[]> {
  return database
    .getRepository(ObjectiveRevision)
    .createQueryBuilder('revision')
    .innerJoinAndSelect('revision.objective', 'objective')
    .where('(revision.superseded_at IS NOT NULL OR objective.retired_at IS NOT NULL)')
    .andWhere(
      `EXISTS (SELECT 1 FROM alert_instances AS i
        WHERE i.revision_id = revision.id AND i.state NOT IN ('inactive', 'resolved'))`,
    )
    .getMany();
}

/** The minute that each revision of a project was stepped to, by its slowest alert. */
export async function steppedMinutes(database: DataSource, projectId: string): Promise<ReadonlyMap<string, Date>> {
  const rows = await database
    .createQueryBuilder(AlertInstance, 'instance')
    .select('instance.revision_id', 'id')
    .addSelect('min(instance.stepped_minute)', 'minute')
    .where('instance.project_id = :projectId', { projectId })
    .groupBy('instance.revision_id')
    .getRawMany<{ id: string; minute: Date }>();
  return new Map(rows.map(({ id, minute }) => [id, minute]));
}

/** Transitions of one alert that were sent for minutes after `after`, oldest first. */
export function sentSince(manager: EntityManager, instance: AlertInstance, after: Date): Promise<AlertTransitionRow[]> {
  return manager
    .createQueryBuilder(AlertTransitionRow, 'sent')
    .where('sent.revision_id = :revision AND sent.group_key = :group AND sent.tier = :tier AND sent.minute > :after', {
      revision: instance.revisionId,
      group: instance.groupKey,
      tier: instance.tier,
      after,
    })
    .orderBy('sent.minute')
    .getMany();
}

/** One evaluation of a revision at a time, however many workers there are; always in the same order. */
export async function lockRevisions(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager
    .createQueryBuilder(ObjectiveRevision, 'revision')
    .select('revision.id')
    .setLock('pessimistic_write')
    .where('revision.id IN (:...ids)', { ids })
    .orderBy('revision.id')
    .getMany();
}

/** Rows of one INSERT: PostgreSQL takes at most 65,535 parameters. */
const savedAtOnce = 1_000;

export async function saveInstances(manager: EntityManager, rows: readonly AlertInstance[]): Promise<void> {
  for (let start = 0; start < rows.length; start += savedAtOnce) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(AlertInstance)
      .values(rows.slice(start, start + savedAtOnce) as object[])
      .orUpdate(
        ['severity', 'state', 'status', 'stepped_minute', 'base_status', 'base_minute', 'points_version', 'updated_at'],
        ['revision_id', 'group_key', 'tier'],
      )
      .updateEntity(false)
      .execute();
  }
}
