import { PlimsollError } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source.js';

/** Spells "plim": serialises migrations of several processes that start together. */
const migrationLockKey = 0x706c696d;

/** @throws PlimsollError `unavailable` naming the server, without the password. */
async function connect(url: string): Promise<DataSource> {
  const dataSource = createDataSource({ url, entities: [], poolSize: 2, applicationName: 'plimsoll-migrate' });
  try {
    return await dataSource.initialize();
  } catch (cause) {
    // Several addresses of one name fail as one error without a message.
    const reason = cause instanceof AggregateError ? cause.errors.map(String).join(', ') : String(cause);
    const { host } = new URL(url);
    throw new PlimsollError('unavailable', `PostgreSQL (DATABASE_URL) at ${host} is not reachable: ${reason}`, {
      cause,
    });
  }
}

export interface MigrationReport {
  /** Names of the migrations that were applied by this call. */
  readonly applied: readonly string[];
}

/** Applies what is missing, one transaction each, under an advisory lock; safe to call from several processes. */
export async function migratePostgres(url: string): Promise<MigrationReport> {
  const dataSource = await connect(url);
  const lock = dataSource.createQueryRunner();
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLockKey]);
    const applied = await dataSource.runMigrations();
    return { applied: applied.map((migration) => migration.name) };
  } finally {
    // Ending the session frees the lock, also when a migration failed.
    await lock.release();
    await dataSource.destroy();
  }
}

/** Tells whether migrations are missing, without changing anything but making the empty ledger table. */
export async function hasPendingMigrations(url: string): Promise<boolean> {
  const dataSource = await connect(url);
  try {
    return await dataSource.showMigrations();
  } finally {
    await dataSource.destroy();
  }
}
