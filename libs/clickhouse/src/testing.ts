import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startClickHouse } from '@plimsoll/embedded';
import { type ClickHouse, createClickHouse } from './clickhouse.js';
import { migrateClickHouse } from './migrate.js';

/** A path and no import: adapters do not know applications, they only start this one. */
const entry = fileURLToPath(new URL('../../../apps/clickhouse-embedded/dist/main.cjs', import.meta.url));

export interface TestClickHouse {
  readonly url: string;
  readonly clickhouse: ClickHouse;
  /** Of the engine's process, as it is now: it is restarted when it dies. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

export interface TestClickHouseOptions {
  /** Off for a store without tables. */
  readonly migrate?: boolean;
}

/** Names the data directory that the test runner migrated for all files; without it a file migrates its own. */
const sharedTemplate = 'PLIMSOLL_TEST_CLICKHOUSE';

function mustBeBuilt(): void {
  if (!existsSync(entry)) throw new Error('build apps/clickhouse-embedded first: npx tsc -b apps/clickhouse-embedded');
}

const startIn = async (directory: string) =>
  startClickHouse({
    entry,
    dataDir: join(directory, 'data'),
    port: await freePort(),
    passwordFile: join(directory, 'password'),
    logFile: join(directory, 'clickhouse.log'),
    environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });

/** For the test runner: files that start after it copy this migrated store, which takes a fraction of migrating. */
export async function makeSharedClickHouse(): Promise<{ remove(): Promise<void> }> {
  mustBeBuilt();
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-clickhouse-'));
  const server = await startIn(directory);
  const clickhouse = createClickHouse({ url: server.url });
  await migrateClickHouse(clickhouse);
  await clickhouse.close();
  await server.stop();
  process.env[sharedTemplate] = join(directory, 'data');
  return { remove: () => rm(directory, { recursive: true, force: true }) };
}

/** An embedded engine for one test file: its own directory and port, all migrations applied, gone after `stop`. */
export async function startTestClickHouse(options: TestClickHouseOptions = {}): Promise<TestClickHouse> {
  mustBeBuilt();
  const template = options.migrate === false ? undefined : process.env[sharedTemplate];
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-clickhouse-'));
  if (template !== undefined) await cp(template, join(directory, 'data'), { recursive: true, verbatimSymlinks: true });
  const server = await startIn(directory);
  const clickhouse = createClickHouse({ url: server.url });
  if (options.migrate !== false && template === undefined) await migrateClickHouse(clickhouse);
  return {
    url: server.url,
    clickhouse,
    pid: () => server.pid(),
    stop: async () => {
      await clickhouse.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
