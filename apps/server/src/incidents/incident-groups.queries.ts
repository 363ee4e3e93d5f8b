import type { NotifiedIncident } from '@plimsoll/notify';
import type { EntityManager } from 'typeorm';
import { IncidentEntity } from './incidents.entity.js';

/** Alerts of one objective that fire within so many seconds of each other are told as one. */
const togetherSeconds = 600;
/** Groups that a message names; the page of the incident has them all. */
const namedGroups = 5;

/** The open incident of another group of the same objective that was opened or reopened just now. */
export async function openedTogether(
  manager: EntityManager,
  { projectId, objectiveId, environment, dedupKey, openedAt }: IncidentEntity,
): Promise<IncidentEntity | null> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM incidents i
     WHERE project_id = $1 AND objective_id = $2 AND environment IS NOT DISTINCT FROM $3 AND dedup_key <> $4
       AND state IN ('triggered', 'acknowledged', 'mitigated') AND merged_into IS NULL AND EXISTS (
         SELECT 1 FROM incident_events e WHERE e.incident_id = i.id AND e.kind IN ('opened', 'reopened')
           AND e.at BETWEEN $5::timestamptz - make_interval(secs => $6) AND $5::timestamptz + make_interval(secs => $6))
     ORDER BY opened_at, number LIMIT 1`,
    [projectId, objectiveId, environment, dedupKey, openedAt, togetherSeconds],
  );
  return rows[0] === undefined ? null : manager.findOneBy(IncidentEntity, { id: rows[0].id });
}

/** Incidents of other groups of the same objective that were merged into one. */
export async function membersOf(manager: EntityManager, incident: IncidentEntity): Promise<IncidentEntity[]> {
  const { id, objectiveId } = incident;
  return manager.find(IncidentEntity, { where: { mergedInto: id, objectiveId }, order: { number: 'ASC' } });
}

/** The groups that an incident is about, as a message tells them; undefined where nothing is grouped. */
export async function groupsToTell(
  manager: EntityManager,
  incident: IncidentEntity,
): Promise<NotifiedIncident['groups']> {
  const rows = await manager.query<{ labels: Record<string, string>; total: number }[]>(
    `SELECT labels, count(*) OVER ()::int AS total FROM incidents
     WHERE (id = $1 OR merged_into = $1) AND objective_id = $2 AND labels <> '{}' ORDER BY number LIMIT $3`,
    [incident.id, incident.objectiveId, namedGroups],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const words = (labels: Record<string, string>): string =>
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
  return { count: first.total, named: rows.map(({ labels }) => words(labels)) };
}

/** Messages of an incident that nobody has begun to send name the groups that it has by now. */
export async function renameGroups(manager: EntityManager, incident: IncidentEntity): Promise<void> {
  const groups = await groupsToTell(manager, incident);
  if (groups === undefined) return;
  await manager.query(
    `UPDATE notification_outbox SET notification = jsonb_set(notification, '{incident,groups}', $2::jsonb)
     WHERE incident_id = $1 AND status = 'pending' AND attempts = 0`,
    [incident.id, JSON.stringify(groups)],
  );
}
