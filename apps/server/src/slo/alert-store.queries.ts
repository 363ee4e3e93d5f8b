import type { DataSource, EntityManager } from 'typeorm';
import type { AlertInstance } from './alert-instance.entity.js';
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

/** One evaluation of a revision at a time, however many workers there are. */
export async function lockRevision(manager: EntityManager, id: string): Promise<void> {
  await manager
    .createQueryBuilder(ObjectiveRevision, 'revision')
    .setLock('pessimistic_write')
    .where('revision.id = :id', { id })
    .getOneOrFail();
}
