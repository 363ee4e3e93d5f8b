import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EntityManager } from 'typeorm';

export interface XidEvent {
  readonly target: string;
  readonly gpu_id: string;
  readonly host: string;
  readonly xid: number;
  readonly first: string;
}

/** GPU faults (DCGM XID) that were first reported within a range. The series is sticky: a day before it tells what is old. */
export async function xidEvents(clickhouse: ClickHouse, project: string, from: Date, to: Date): Promise<XidEvent[]> {
  return clickhouse.query<XidEvent>(
    `SELECT toString(target) AS target, toString(gpu_id) AS gpu_id, toString(any(host)) AS host, xid, min(at) AS first
     FROM gpu_samples
     WHERE project = {project:String} AND at >= {from:DateTime64(3)} - INTERVAL 1 DAY AND at < {to:DateTime64(3)} AND xid > 0
     GROUP BY target, gpu_id, xid HAVING first >= {from:DateTime64(3)} ORDER BY first LIMIT 50`,
    { project, from, to },
  );
}

export interface DriftNote {
  readonly id: string;
  readonly feature: string;
  readonly verdict: string;
  readonly headline: string;
  readonly created_at: Date;
}

/** Drift reports of a range that found something. */
export async function driftReports(
  manager: EntityManager,
  projectId: string,
  from: Date,
  to: Date,
): Promise<DriftNote[]> {
  return manager.query<DriftNote[]>(
    `SELECT id, feature, verdict, headline, created_at FROM drift_reports
     WHERE project_id = $1 AND created_at >= $2 AND created_at < $3
       AND verdict IN ('regression', 'change', 'input_mix_changed')
     ORDER BY created_at LIMIT 50`,
    [projectId, from, to],
  );
}
