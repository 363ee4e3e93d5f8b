import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgres } from '@plimsoll/embedded';
import { Client } from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { createDataSource } from './data-source.js';
import { migratePostgres } from './migrate.js';

export interface TestDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
}

export interface TestPostgres {
  /** Connection string of the server's own database, for a test that wants no migrations. */
  readonly url: string;
  /** A new database with all migrations applied and a connected data source that knows `entities`. */
  createDatabase(entities?: readonly EntityTarget<ObjectLiteral>[]): Promise<TestDatabase>;
  /** Closes all data sources, ends the server and removes its files. */
  stop(): Promise<void>;
}

/** A PostgreSQL of one test file: free port, own temporary directory, gone after `stop`. Works for root as well. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-postgres-'));
  chmodSync(directory, 0o755);
  const server = await startPostgres({
    dataDir: join(directory, 'data'),
    port: await freePort(),
    logFile: join(directory, 'postgres.log'),
    password: 'for-tests-only',
    environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    durable: false,
  });
  const opened: DataSource[] = [];
  return {
    url: server.url,
    createDatabase: async (entities = []) => {
      const name = `test_${opened.length + 1}`;
      const admin = new Client({ connectionString: server.url });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.end();
      const url = server.url.replace(/[^/]+$/, name);
      await migratePostgres(url);
      const dataSource = createDataSource({ url, entities });
      opened.push(await dataSource.initialize());
      return { url, dataSource };
    },
    stop: async () => {
      for (const dataSource of opened) if (dataSource.isInitialized) await dataSource.destroy();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
