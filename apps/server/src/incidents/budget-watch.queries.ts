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

export interface Crossing {
  readonly budgetId: string;
  readonly projectId: string;
  readonly periodStart: Date;
  readonly threshold: string;
  readonly amount: string;
}

/** Notes a crossing; false when it was noted before. */
export async function noteCrossing(manager: EntityManager, crossing: Crossing): Promise<boolean> {
  const { budgetId, projectId, periodStart, threshold, amount } = crossing;
  const rows = await manager.query<unknown[]>(
    `INSERT INTO budget_crossings (budget_id, project_id, period_start, threshold, amount) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [budgetId, projectId, periodStart, threshold, amount],
  );
  return rows.length > 0;
}
