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
  expires_on: string;
}

export type StoredOutcomeRow = Omit<OutcomeRow, 'project' | 'expires_on'> & { received_at: string };

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
