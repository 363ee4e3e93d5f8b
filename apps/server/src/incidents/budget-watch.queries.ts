import type { EntityManager } from 'typeorm';

/** The alert group that an incident is about, as the points know it; null for one whose alert is gone. */
export async function groupKeyOf(manager: EntityManager, incidentId: string): Promise<string | null> {
  const rows = await manager.query<{ group_key: string }[]>(
    `SELECT t.group_key FROM incident_events e JOIN alert_transitions t ON e.source_key = 'transition:' || t.id
     WHERE e.incident_id = $1 ORDER BY e.seq LIMIT 1`,
    [incidentId],
  );
  return rows[0]?.group_key ?? null;
}
