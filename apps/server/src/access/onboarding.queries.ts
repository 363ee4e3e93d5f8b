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
  readonly route: string;
  readonly field: string | null;
  readonly keyPrefix: string | null;
  readonly userAgent: string;
  readonly count: number;
}

/** What was refused last: of the project, and (for one day) requests whose key belongs to nobody. */
export function lastRejections(clickhouse: ClickHouse, project: string, limit: number): Promise<Rejection[]> {
  return clickhouse.query<Rejection>(
    `SELECT at, signal, reason, detail, route, nullIf(field, '') AS field, nullIf(key_prefix, '') AS keyPrefix,
       user_agent AS userAgent, count
     FROM rejections
     WHERE project IN ({project:String}, '') AND at > now() - INTERVAL 1 DAY
     ORDER BY at DESC
     LIMIT {limit:UInt32}`,
    { project, limit },
  );
}

export interface UnmappedAttribute {
  readonly scopeName: string;
  readonly key: string;
  readonly count: number;
}

/** Attribute keys of the last 30 days that no dialect explains, the most frequent first. */
export function unmappedAttributes(
  clickhouse: ClickHouse,
  project: string,
  limit: number,
): Promise<UnmappedAttribute[]> {
  return clickhouse.query<UnmappedAttribute>(
    `SELECT scope_name AS scopeName, key, toUInt32(least(sum(unmapped_attributes.count), 4000000000)) AS count
     FROM unmapped_attributes
     WHERE project = {project:String} AND day >= today() - 30
     GROUP BY scope_name, key
     ORDER BY count DESC, key
     LIMIT {limit:UInt32}`,
    { project, limit },
  );
}
