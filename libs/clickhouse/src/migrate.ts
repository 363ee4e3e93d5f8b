import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlimsollError } from '@plimsoll/contract';
import type { ClickHouse } from './clickhouse.js';
import { missingFeatures } from './features.js';

export interface MigrationTarget {
  /** Name of the cluster whose nodes get the replicated variant of every table. */
  readonly cluster?: string;
  /** Where the numbered files are; the repository's own by default. */
  readonly directory?: string;
}

/** What the store lacks, or has otherwise than the files say. */
export interface MigrationState {
  readonly pending: readonly string[];
  /** Applied once, but the file has been changed since: the store does not have what the file says. */
  readonly altered: readonly string[];
  /** Names of engine features that this server is too old for. */
  readonly missingFeatures: readonly string[];
}

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  /** One statement with its slots. */
  readonly text: string;
}

const ownDirectory = fileURLToPath(new URL('../../../migrations/clickhouse', import.meta.url));

const ledger = `
CREATE TABLE IF NOT EXISTS schema_migrations {{on_cluster}}
(
    number UInt32,
    name String,
    checksum String COMMENT 'SHA-256 of the file',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{engine:ReplacingMergeTree(applied_at)}}
ORDER BY number`;

/**
 * Applies what is missing, in order; returns the names. A run that was cut off is taken up where it stopped: every
 * statement can be repeated, and its line in the ledger is written after it.
 * @throws PlimsollError `conflict` for an altered file, `unavailable` for a server that is too old.
 */
export async function migrateClickHouse(clickhouse: ClickHouse, target: MigrationTarget = {}): Promise<string[]> {
  await refuseOldServer(clickhouse);
  await clickhouse.command(statementFor(ledger, target));
  const migrations = await readMigrations(target.directory);
  const { pending, altered } = await compare(clickhouse, migrations);
  if (altered.length > 0) {
    const names = altered.join(', ');
    throw new PlimsollError(
      'conflict',
      `ClickHouse migrations changed after they were applied: ${names}; write a new one`,
    );
  }
  for (const migration of migrations.filter((each) => pending.includes(each.name))) {
    await clickhouse.command(statementFor(migration.text, target));
    const { number, name, checksum } = migration;
    await clickhouse.insert('schema_migrations', [{ number, name, checksum }]);
  }
  return pending;
}

/** Compares without changing anything. */
export async function checkClickHouse(clickhouse: ClickHouse, target: MigrationTarget = {}): Promise<MigrationState> {
  const migrations = await readMigrations(target.directory);
  const missing = await missingFeatures(clickhouse);
  const [exists] = await clickhouse.query<{ n: number }>(
    `SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'`,
  );
  if (!exists?.n) return { pending: migrations.map((each) => each.name), altered: [], missingFeatures: missing };
  return { ...(await compare(clickhouse, migrations)), missingFeatures: missing };
}

/** Fills the slots: one text serves a single server and a cluster. */
export function statementFor(text: string, target: MigrationTarget): string {
  const { cluster } = target;
  return text
    .replaceAll('{{on_cluster}}', cluster === undefined ? '' : `ON CLUSTER '${cluster}'`)
    .replaceAll(/\{\{engine:(\w+)(?:\(([^}]*)\))?\}\}/g, (_, engine: string, settings: string | undefined) => {
      const own = settings ?? '';
      if (cluster === undefined) return `${engine}(${own})`;
      const place = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;
      return `Replicated${engine}(${own === '' ? place : `${place}, ${own}`})`;
    });
}

/** The files in order. Two with one number, or a name that is no `NNNN-name.sql`, stop everything. */
export async function readMigrations(directory = ownDirectory): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
    if (Number.isNaN(number)) throw new PlimsollError('internal', `${file} is not named NNNN-name.sql`);
    if (migrations.at(-1)?.number === number) {
      throw new PlimsollError('internal', `two ClickHouse migrations have the number ${file.slice(0, 4)}`);
    }
    const text = await readFile(join(directory, file), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    migrations.push({ number, name: file.replace(/\.sql$/, ''), checksum, text });
  }
  return migrations;
}

async function compare(
  clickhouse: ClickHouse,
  migrations: readonly Migration[],
): Promise<{ pending: string[]; altered: string[] }> {
  const rows = await clickhouse.query<{ number: number; checksum: string }>(
    'SELECT number, checksum FROM schema_migrations FINAL',
  );
  const applied = new Map(rows.map((row) => [row.number, row.checksum]));
  const isAltered = (each: Migration): boolean =>
    applied.has(each.number) && applied.get(each.number) !== each.checksum;
  return {
    pending: migrations.filter((each) => !applied.has(each.number)).map((each) => each.name),
    altered: migrations.filter(isAltered).map((each) => each.name),
  };
}

async function refuseOldServer(clickhouse: ClickHouse): Promise<void> {
  const missing = await missingFeatures(clickhouse);
  if (missing.length === 0) return;
  const version = await clickhouse.version();
  throw new PlimsollError('unavailable', `ClickHouse ${version} is too old: it lacks ${missing.join(', ')}`);
}
