import type { ClickHouse } from '@plimsoll/clickhouse';
import type { OutcomeStatus } from '@plimsoll/cost';

export interface OutcomeRow {
  project: string;
  name: string;
  outcome_key: string;
  trace_id: string;
  /** ISO 8601, microseconds. */
  occurred_at: string;
  status: OutcomeStatus;
  /** Decimal string. */
  value: string | null;
  currency: string;
  feature: string;
  customer: string;
  expires_on: string;
}

export type StoredOutcomeRow = Omit<OutcomeRow, 'project' | 'expires_on' | 'feature' | 'customer'> & {
  received_at: string;
};

/** One block: all of them are stored, or none. */
export async function insertOutcomes(clickhouse: ClickHouse, rows: readonly OutcomeRow[]): Promise<void> {
  await clickhouse.insert('outcomes', rows);
}

/** The last event of each of these keys. */
export async function lastOutcomes(
  clickhouse: ClickHouse,
  project: string,
  keys: readonly string[],
): Promise<StoredOutcomeRow[]> {
  if (keys.length === 0) return [];
  return clickhouse.query<StoredOutcomeRow>(
    `SELECT name, outcome_key, trace_id, occurred_at, status, toString(value) AS value, currency, received_at
     FROM outcomes FINAL WHERE project = {project:String} AND outcome_key IN {keys:Array(String)}
     ORDER BY occurred_at DESC, received_at DESC LIMIT 1 BY name, outcome_key`,
    { project, keys },
  );
}

export async function listOutcomes(
  clickhouse: ClickHouse,
  condition: { project: string; name: string | null; from: string | null; to: string | null },
  after: { occurredAt: string; name: string; key: string } | null,
  limit: number,
): Promise<StoredOutcomeRow[]> {
  const where = ['project = {project:String}'];
  if (condition.name !== null) where.push('name = {name:String}');
  if (condition.from !== null) where.push('occurred_at >= {from:DateTime64(6)}');
  if (condition.to !== null) where.push('occurred_at < {to:DateTime64(6)}');
  if (after !== null) {
    where.push('(occurred_at, name, outcome_key) < ({afterAt:DateTime64(6)}, {afterName:String}, {afterKey:String})');
  }
  return clickhouse.query<StoredOutcomeRow>(
    `SELECT name, outcome_key, trace_id, occurred_at, status, toString(value) AS value, currency, received_at
     FROM outcomes FINAL WHERE ${where.join(' AND ')}
     ORDER BY occurred_at DESC, name DESC, outcome_key DESC LIMIT {limit:UInt32}`,
    {
      ...condition,
      limit,
      ...(after === null ? {} : { afterAt: after.occurredAt, afterName: after.name, afterKey: after.key }),
    },
  );
}

/** What an outcome is of: the dimensions of its trace. */
export interface OutcomeSubject {
  trace_id: string;
  outcome_key: string;
  feature: string;
  customer: string;
}

/** The traces with these ids or outcome keys; keys are looked for among traces that started since a time. */
export async function subjectsOfTraces(
  clickhouse: ClickHouse,
  condition: { project: string; traceIds: readonly string[]; keys: readonly string[]; since: Date },
): Promise<OutcomeSubject[]> {
  const select = `SELECT trace_id, outcome_key, feature, customer FROM traces FINAL WHERE project = {project:String}`;
  const parts: string[] = [];
  if (condition.traceIds.length > 0) parts.push(`${select} AND trace_id IN {traceIds:Array(String)}`);
  if (condition.keys.length > 0) {
    parts.push(`${select} AND start_time >= {since:DateTime64(9)} AND outcome_key IN {keys:Array(String)}`);
  }
  return parts.length === 0 ? [] : clickhouse.query<OutcomeSubject>(parts.join(' UNION ALL '), { ...condition });
}

/** The same from spans, for traces that no pass has made a row of yet: the root's own words, else any span's. */
export async function subjectsOfSpans(
  clickhouse: ClickHouse,
  condition: { project: string; traceIds: readonly string[]; since: Date },
): Promise<OutcomeSubject[]> {
  if (condition.traceIds.length === 0) return [];
  const first = (column: string): string => `argMinIf(${column}, parent_span_id != '', ${column} != '')`;
  return clickhouse.query<OutcomeSubject>(
    `SELECT trace_id, '' AS outcome_key, toString(${first('feature')}) AS feature, toString(${first('customer')}) AS customer
     FROM (SELECT trace_id, parent_span_id, feature, customer FROM spans
       WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)} AND time >= {since:DateTime64(9)})
     GROUP BY trace_id`,
    { ...condition },
  );
}

const waiting = `FROM outcomes FINAL
  WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND (feature = '' OR customer = '')`;

/** Of spans, the root's own words first; of a trace that only an outcome key leads to, those of its row. */
const subjects = `
  SELECT project, subject, argMinIf(feature, is_child, feature != '') AS feature,
    argMinIf(customer, is_child, customer != '') AS customer
  FROM (
    SELECT project, trace_id AS subject, parent_span_id != '' AS is_child, feature, customer FROM spans
    WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND (feature != '' OR customer != '')
      AND trace_id IN (SELECT trace_id ${waiting} AND trace_id != '')
    UNION ALL
    SELECT project, outcome_key AS subject, 0 AS is_child, feature, customer FROM traces FINAL
    WHERE start_time >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') - INTERVAL 1 DAY AND (feature != '' OR customer != '')
      AND outcome_key IN (SELECT outcome_key ${waiting} AND trace_id = '')
  )
  GROUP BY project, subject`;

/**
 * Events that arrived since a moment of the store's clock (microseconds) and know no feature or no customer get those of
 * their trace, once it is there. The new copy stands just above the one it is made of: a copy that a sender writes meanwhile
 * stands above both.
 */
export async function fillOutcomes(clickhouse: ClickHouse, since: bigint): Promise<void> {
  const [found] = await clickhouse.query<{ events: number }>(`SELECT count() AS events ${waiting}`, { since });
  if ((found?.events ?? 0) === 0) return;
  await clickhouse.command(
    `INSERT INTO outcomes (project, name, outcome_key, trace_id, occurred_at, status, value, currency, feature, customer,
      received_at, expires_on, version)
    SELECT project, name, outcome_key, trace_id, occurred_at, status, value, currency,
      if(event.feature = '', known.feature, event.feature), if(event.customer = '', known.customer, event.customer),
      received_at, expires_on, event.version + 1
    FROM (SELECT *, if(trace_id = '', outcome_key, trace_id) AS subject ${waiting}) AS event
    INNER JOIN (${subjects}) AS known USING (project, subject)
    WHERE event.feature = '' AND known.feature != '' OR event.customer = '' AND known.customer != ''`,
    { since },
  );
}
