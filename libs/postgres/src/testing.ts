import { randomUUID } from 'node:crypto';
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
  /** Connection string of an empty database, for a test that wants no migrations. */
  readonly url: string;
  /** A new database with all migrations applied and a connected data source that knows `entities`. */
  createDatabase(entities?: readonly EntityTarget<ObjectLiteral>[]): Promise<TestDatabase>;
  /** Closes all data sources and removes the databases; ends the server where it is of this file alone. */
  stop(): Promise<void>;
}

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Names the server that the test runner started for all files; without it a file starts its own. */
const sharedServer = 'PLIMSOLL_TEST_POSTGRES';
/** Copied for each database: migrations take a second, a copy does not. */
const template = 'migrated';

function databaseAt(server: string, name: string): string {
  return server.replace(/[^/]+$/, name);
}

async function command(server: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A server with its own port and temporary directory, gone after `stop`, that has the template. Works for root as well. */
async function startServer(): Promise<TestServer> {
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
  await command(server.url, `CREATE DATABASE ${template}`);
  await migratePostgres(databaseAt(server.url, template));
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** For the test runner: files that start after it share this server, each with databases of its own. */
export async function startSharedPostgres(): Promise<TestServer> {
  const server = await startServer();
  process.env[sharedServer] = server.url;
  return server;
}

/** PostgreSQL for one test file: databases of its own, on the runner's server or on one of its own. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const shared = process.env[sharedServer];
  const server = shared === undefined ? await startServer() : { url: shared, stop: async () => undefined };
  const names: string[] = [];
  const make = async (copied: string): Promise<string> => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await command(server.url, `CREATE DATABASE ${name} TEMPLATE ${copied}`);
    names.push(name);
    return databaseAt(server.url, name);
  };
  const opened: DataSource[] = [];
  return {
    url: await make('template0'),
    createDatabase: async (entities = []) => {
      const url = await make(template);
      const dataSource = createDataSource({ url, entities });
      opened.push(await dataSource.initialize());
      return { url, dataSource };
    },
    stop: async () => {
      for (const dataSource of opened) if (dataSource.isInitialized) await dataSource.destroy();
      await command(server.url, ...names.map((name) => `DROP DATABASE ${name} WITH (FORCE)`));
      await server.stop();
    },
  };
}
