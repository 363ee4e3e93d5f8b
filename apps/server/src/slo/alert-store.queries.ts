import { type DataSource, type EntityManager, In } from 'typeorm';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import type { ObjectiveStep } from './objective-step.entity.js';

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

export type StepRow = Pick<ObjectiveStep, 'revisionId' | 'steppedMinute' | 'pointsMark'>;

const stepColumns = `revision_id AS "revisionId", stepped_minute AS "steppedMinute", points_mark AS "pointsMark"`;

/** Where each revision of a project stands. */
export async function stepsOf(database: DataSource, projectId: string): Promise<ReadonlyMap<string, StepRow>> {
  const rows = await database.query<StepRow[]>(`SELECT ${stepColumns} FROM objective_steps WHERE project_id = $1`, [
    projectId,
  ]);
  return new Map(rows.map((row) => [row.revisionId, row]));
}

/** The same under the lock of the revisions: whatever another worker has stepped in between is there. */
export async function stepsUnderLock(
  manager: EntityManager,
  revisionIds: readonly string[],
): Promise<ReadonlyMap<string, StepRow>> {
  const rows = await manager.query<StepRow[]>(
    `SELECT ${stepColumns} FROM objective_steps WHERE revision_id = ANY($1)`,
    [revisionIds],
  );
  return new Map(rows.map((row) => [row.revisionId, row]));
}

export function instancesOf(manager: EntityManager, revisionIds: readonly string[]): Promise<AlertInstance[]> {
  return manager.findBy(AlertInstance, { revisionId: In([...revisionIds]) });
}

/** Transitions of one alert that were sent for minutes after `after`, oldest first. */
export function sentSince(
  manager: EntityManager,
  alert: Pick<AlertInstance, 'revisionId' | 'groupKey' | 'tier'>,
  after: Date,
): Promise<AlertTransitionRow[]> {
  return manager
    .createQueryBuilder(AlertTransitionRow, 'sent')
    .where('sent.revision_id = :revision AND sent.group_key = :group AND sent.tier = :tier AND sent.minute > :after', {
      revision: alert.revisionId,
      group: alert.groupKey,
      tier: alert.tier,
      after,
    })
    .orderBy('sent.minute')
    .getMany();
}

/** One evaluation of a revision at a time, however many workers there are; always in the same order. */
export async function lockRevisions(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager.query('SELECT id FROM objective_revisions WHERE id = ANY($1) ORDER BY id FOR UPDATE', [ids]);
}

/** Rows of one statement, which travel as one parameter of JSON. */
const savedAtOnce = 1_000;

async function inPortions<Row>(rows: readonly Row[], save: (json: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += savedAtOnce) {
    await save(JSON.stringify(rows.slice(start, start + savedAtOnce)));
  }
}

export function saveInstances(manager: EntityManager, rows: readonly AlertInstance[]): Promise<void> {
  // Not by the query builder, which makes a parameter of each of a row's fields.
  return inPortions(rows, (json) =>
    manager.query(
      `INSERT INTO alert_instances (revision_id, group_key, tier, project_id, objective_id, severity, state, status,
         checkpoints, updated_at)
       SELECT "revisionId", "groupKey", tier, "projectId", "objectiveId", severity, state, status, checkpoints, "updatedAt"
       FROM json_to_recordset($1::json) AS row ("revisionId" uuid, "groupKey" text, tier text, "projectId" uuid,
         "objectiveId" uuid, severity text, state text, status jsonb, checkpoints jsonb, "updatedAt" timestamptz)
       ON CONFLICT (revision_id, group_key, tier) DO UPDATE SET severity = excluded.severity, state = excluded.state,
         status = excluded.status, checkpoints = excluded.checkpoints, updated_at = excluded.updated_at`,
      [json],
    ),
  );
}

export function saveSteps(manager: EntityManager, rows: readonly ObjectiveStep[]): Promise<void> {
  return inPortions(rows, (json) =>
    manager.query(
      `INSERT INTO objective_steps (revision_id, project_id, stepped_minute, points_mark, budgets, updated_at)
       SELECT "revisionId", "projectId", "steppedMinute", "pointsMark", budgets, "updatedAt"
       FROM json_to_recordset($1::json) AS row ("revisionId" uuid, "projectId" uuid, "steppedMinute" timestamptz,
         "pointsMark" text, budgets jsonb, "updatedAt" timestamptz)
       ON CONFLICT (revision_id) DO UPDATE SET stepped_minute = excluded.stepped_minute,
         points_mark = excluded.points_mark, budgets = excluded.budgets, updated_at = excluded.updated_at`,
      [json],
    ),
  );
}
