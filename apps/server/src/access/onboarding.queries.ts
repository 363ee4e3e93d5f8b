import type { ClickHouse } from '@plimsoll/clickhouse';

export interface FirstSpan {
  readonly trace_id: string;
  readonly ingested_at: string;
}

/** The span with the earliest time; read in the order of the key, so its price does not grow with the store. */
export async function firstSpan(clickhouse: ClickHouse, project: string): Promise<FirstSpan | null> {
  const rows = await clickhouse.query<FirstSpan>(
    `SELECT trace_id, ingested_at FROM spans WHERE project = {project:String} ORDER BY project, time LIMIT 1`,
    { project },
  );
  return rows[0] ?? null;
}

export interface Rejection {
  readonly at: string;
  readonly signal: string;
  readonly reason: string;
  readonly detail: string;
  readonly count: number;
}

/** What was refused last: of the project, and (for one day) requests whose key belongs to nobody. */
export function lastRejections(clickhouse: ClickHouse, project: string, limit: number): Promise<Rejection[]> {
  return clickhouse.query<Rejection>(
    `SELECT at, signal, reason, detail, count
     FROM rejections
     WHERE project IN ({project:String}, '') AND at > now() - INTERVAL 1 DAY
     ORDER BY at DESC
     LIMIT {limit:UInt32}`,
    { project, limit },
  );
}
