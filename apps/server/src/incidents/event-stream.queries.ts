import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EntityManager } from 'typeorm';

export interface RecordedEvent {
  readonly incident_id: string;
  readonly seq: number;
  readonly kind: string;
  readonly title: string;
  readonly number: number;
  readonly state: string;
  readonly severity: string;
  readonly objective_slug: string;
  readonly recorded_at: Date;
}

/** Events of a project's incidents recorded after an instant, oldest first. */
export async function eventsRecordedSince(
  manager: EntityManager,
  projectId: string,
  since: Date,
  limit: number,
): Promise<RecordedEvent[]> {
  return manager.query<RecordedEvent[]>(
    `SELECT e.incident_id, e.seq, e.kind, e.title, i.number, i.state, i.severity, i.objective_slug, e.recorded_at
     FROM incident_events e JOIN incidents i ON i.id = e.incident_id
     WHERE e.project_id = $1 AND e.recorded_at > $2 ORDER BY e.recorded_at, e.incident_id, e.seq LIMIT $3`,
    [projectId, since, limit],
  );
}

/** The last minute that any alert of the project was stepped for; null without objectives. */
export async function lastSteppedMinute(manager: EntityManager, projectId: string): Promise<Date | null> {
  const rows = await manager.query<{ minute: Date | null }[]>(
    'SELECT max(stepped_minute) AS minute FROM objective_steps WHERE project_id = $1',
    [projectId],
  );
  return rows[0]?.minute ?? null;
}

/** Spans stored since an instant of the store's clock, and the newest of them. */
export async function spansStoredSince(
  clickhouse: ClickHouse,
  projectId: string,
  since: string,
): Promise<{ readonly spans: number; readonly newest: string }> {
  const rows = await clickhouse.query<{ spans: number; newest: string }>(
    `SELECT count() AS spans, max(ingested_at) AS newest FROM spans
     WHERE project = {project:String} AND ingested_at > {since:DateTime64(6)}`,
    { project: projectId, since },
  );
  const [row] = rows;
  return row === undefined || row.spans === 0 ? { spans: 0, newest: since } : row;
}
