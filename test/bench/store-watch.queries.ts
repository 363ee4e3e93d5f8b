/** What runs in the store, and what its memory is held for. */
import type { ClickHouse } from '@plimsoll/clickhouse';

interface RunningStatement {
  readonly seconds: number;
  readonly megabytes: number;
  readonly peakMegabytes: number;
  readonly readRows: number;
  readonly writtenRows: number;
  readonly text: string;
}

interface RunningMerge {
  readonly table: string;
  readonly seconds: number;
  readonly megabytes: number;
  readonly parts: number;
  readonly rows: number;
  readonly diskMegabytes: number;
}

interface StoredTable {
  readonly table: string;
  readonly parts: number;
  readonly rows: number;
  readonly diskMegabytes: number;
  /** Of its primary keys, which stay in memory. */
  readonly megabytes: number;
}

interface StoreActivity {
  /** What the engine has given out. */
  readonly trackedMegabytes: number;
  readonly mergesMegabytes: number;
  readonly statements: readonly RunningStatement[];
  readonly merges: readonly RunningMerge[];
  readonly tables: readonly StoredTable[];
}

const megabytes = (bytes: string): string => `round(${bytes} / 1e6, 1)`;

const textLength = 240;

/** The statement that asks is left out. */
const statements = `
  SELECT round(elapsed, 2) AS seconds, ${megabytes('memory_usage')} AS megabytes,
    ${megabytes('peak_memory_usage')} AS peakMegabytes, read_rows AS readRows, written_rows AS writtenRows,
    substring(trimBoth(replaceRegexpAll(query, '\\\\s+', ' ')), 1, ${textLength}) AS text
  FROM system.processes WHERE query NOT LIKE '%system.processes%' ORDER BY memory_usage DESC`;

const merges = `
  SELECT table, round(elapsed, 2) AS seconds, ${megabytes('memory_usage')} AS megabytes, num_parts AS parts,
    rows_read AS rows, ${megabytes('total_size_bytes_compressed')} AS diskMegabytes
  FROM system.merges ORDER BY memory_usage DESC`;

const tables = `
  SELECT table, count() AS parts, sum(rows) AS rows, ${megabytes('sum(bytes_on_disk)')} AS diskMegabytes,
    ${megabytes('sum(primary_key_bytes_in_memory_allocated)')} AS megabytes
  FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY rows DESC LIMIT 8`;

const trackers = `
  SELECT ${megabytes(`sumIf(value, metric = 'MemoryTracking')`)} AS trackedMegabytes,
    ${megabytes(`sumIf(value, metric = 'MergesMutationsMemoryTracking')`)} AS mergesMegabytes
  FROM system.metrics`;

export async function storeActivity(clickhouse: ClickHouse): Promise<StoreActivity> {
  const [tracked = { trackedMegabytes: 0, mergesMegabytes: 0 }] =
    await clickhouse.query<Pick<StoreActivity, 'trackedMegabytes' | 'mergesMegabytes'>>(trackers);
  return {
    ...tracked,
    statements: await clickhouse.query<RunningStatement>(statements),
    merges: await clickhouse.query<RunningMerge>(merges),
    tables: await clickhouse.query<StoredTable>(tables),
  };
}
