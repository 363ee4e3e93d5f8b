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

/** Rows of one statement, which travel as one parameter of JSON. */
const savedAtOnce = 1_000;

export async function saveInstances(manager: EntityManager, rows: readonly AlertInstance[]): Promise<void> {
  for (let start = 0; start < rows.length; start += savedAtOnce) {
    // Not by the query builder: a minute of 10,000 objectives is 40,000 rows of thirteen parameters.
    await manager.query(
      `INSERT INTO alert_instances (revision_id, group_key, tier, project_id, objective_id, severity, state, status,
         stepped_minute, base_status, base_minute, points_version, updated_at)
       SELECT "revisionId", "groupKey", tier, "projectId", "objectiveId", severity, state, status,
         "steppedMinute", "baseStatus", "baseMinute", "pointsVersion", "updatedAt"
       FROM json_to_recordset($1::json) AS row ("revisionId" uuid, "groupKey" text, tier text, "projectId" uuid,
         "objectiveId" uuid, severity text, state text, status jsonb, "steppedMinute" timestamptz, "baseStatus" jsonb,
         "baseMinute" timestamptz, "pointsVersion" bigint, "updatedAt" timestamptz)
       ON CONFLICT (revision_id, group_key, tier) DO UPDATE SET severity = excluded.severity, state = excluded.state,
         status = excluded.status, stepped_minute = excluded.stepped_minute, base_status = excluded.base_status,
         base_minute = excluded.base_minute, points_version = excluded.points_version,
         updated_at = excluded.updated_at`,
      [JSON.stringify(rows.slice(start, start + savedAtOnce))],
    );
  }
}
