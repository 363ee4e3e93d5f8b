import type { ClickHouse } from '@plimsoll/clickhouse';

/** Every table whose rows carry the day on which they may go. */
export async function expiringTables(clickhouse: ClickHouse): Promise<string[]> {
  const rows = await clickhouse.query<{ table: string }>(
    `SELECT table FROM system.columns
     WHERE database = currentDatabase() AND name = 'expires_on'
     ORDER BY table`,
  );
  return rows.map(({ table }) => table);
}

export interface ExpiredPartition {
  readonly partition: string;
  /** True when every row of it may go. */
  readonly whole: boolean;
}

/** Partitions that hold rows whose day has come, by the store's own clock. */
export async function expiredPartitions(clickhouse: ClickHouse, table: string): Promise<ExpiredPartition[]> {
  const rows = await clickhouse.query<{ partition: string; whole: number }>(
    `SELECT _partition_id AS partition, max(expires_on) < today() AS whole
     FROM {table:Identifier}
     GROUP BY partition
     HAVING min(expires_on) < today()
     ORDER BY partition`,
    { table },
  );
  return rows.map(({ partition, whole }) => ({ partition, whole: whole === 1 }));
}

export function dropPartition(clickhouse: ClickHouse, table: string, partition: string): Promise<void> {
  return clickhouse.command('ALTER TABLE {table:Identifier} DROP PARTITION ID {partition:String}', {
    table,
    partition,
  });
}

/** For a partition that projects with different retention share. */
export function deleteExpiredRows(clickhouse: ClickHouse, table: string, partition: string): Promise<void> {
  return clickhouse.command(
    'DELETE FROM {table:Identifier} IN PARTITION ID {partition:String} WHERE expires_on < today()',
    { table, partition },
  );
}

/** What a person may have written or a model answered; times, tokens, cost and dimensions stay. */
const payloadColumns = {
  spans: `system = '', input = '', output = '', has_output = 0, has_content = 0, tool_calls = '', attributes = map(), events = '[]'`,
  log_records: `body = '', attributes = map()`,
} as const;

export type PayloadTable = keyof typeof payloadColumns;
export const payloadTables = Object.keys(payloadColumns) as readonly PayloadTable[];

const hasPayload: Readonly<Record<PayloadTable, string>> = {
  spans: `(input != '' OR output != '' OR tool_calls != '' OR notEmpty(attributes))`,
  log_records: `(body != '' OR notEmpty(attributes))`,
};

/** Day partitions that still hold payloads of these projects from before the day `before` (`YYYY-MM-DD`). */
export async function partitionsWithPayload(
  clickhouse: ClickHouse,
  table: PayloadTable,
  projects: readonly string[],
  before: string,
): Promise<string[]> {
  const rows = await clickhouse.query<{ partition: string }>(
    `SELECT DISTINCT _partition_id AS partition
     FROM {table:Identifier}
     WHERE project IN {projects:Array(String)} AND toDate(time) < {before:Date} AND ${hasPayload[table]}
     ORDER BY partition`,
    { table, projects, before },
  );
  return rows.map(({ partition }) => partition);
}

export function clearPayloads(
  clickhouse: ClickHouse,
  table: PayloadTable,
  partition: string,
  projects: readonly string[],
): Promise<void> {
  return clickhouse.command(
    `ALTER TABLE {table:Identifier} UPDATE ${payloadColumns[table]} IN PARTITION ID {partition:String}
     WHERE project IN {projects:Array(String)} AND ${hasPayload[table]}`,
    { table, partition, projects },
  );
}
