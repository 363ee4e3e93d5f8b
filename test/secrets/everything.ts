import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Platform } from '../flows/platform.js';
import type { Stores } from '../flows/stores.js';
import type { Seeds } from './seeds.js';

/** Looks into every table of both stores, every file of the data directory and of other folders, and all output; the places of what was found. */
export async function findLeaks(
  seeds: Seeds,
  platform: Platform,
  { clickhouse, database }: Stores,
  folders: readonly string[],
): Promise<string[]> {
  const leaks: string[] = [];
  const look = (where: string, bytes: Buffer | string): void => {
    for (const leak of seeds.leaksIn(bytes)) leaks.push(`${where}: ${leak}`);
  };
  const tables = await clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  );
  for (const { name } of tables) {
    const rows = await clickhouse.query('SELECT * FROM {name:Identifier}', { name });
    look(`ClickHouse ${name}`, JSON.stringify(rows));
  }
  const relations = await database.query<{ name: string }[]>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of relations) {
    const rows = await database.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} AS t`);
    look(`PostgreSQL ${name}`, rows.map(({ row }) => row).join('\n'));
  }
  // Logs, PostgreSQL's write-ahead log and what is left of deleted rows.
  for (const folder of [platform.dataDir, ...folders]) {
    for (const file of filesIn(folder)) {
      const bytes = bytesOf(file);
      if (bytes !== null) look(`file ${relative(folder, file)}`, bytes);
    }
  }
  look('output of plimsoll start', platform.output());
  return leaks;
}

/** All files below; a folder that was merged away meanwhile has none. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
  } catch {
    return [];
  }
}

/** Null for what is no file, and for a part that was merged away meanwhile. */
function bytesOf(file: string): Buffer | null {
  try {
    return statSync(file).isFile() ? readFileSync(file) : null;
  } catch {
    return null;
  }
}
