import { createDataSource } from './data-source.js';

/** Spells "plim": serialises migrations of several processes that start together. */
const migrationLockKey = 0x706c696d;

export interface MigrationReport {
  /** Names of the migrations that were applied by this call. */
  readonly applied: readonly string[];
}

/** Applies what is missing, one transaction each, under an advisory lock; safe to call from several processes. */
export async function migratePostgres(url: string): Promise<MigrationReport> {
  const dataSource = createDataSource({ url, entities: [], poolSize: 2, applicationName: 'plimsoll-migrate' });
  await dataSource.initialize();
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
  const dataSource = createDataSource({ url, entities: [], poolSize: 2, applicationName: 'plimsoll-migrate' });
  await dataSource.initialize();
  try {
    return await dataSource.showMigrations();
  } finally {
    await dataSource.destroy();
  }
}
