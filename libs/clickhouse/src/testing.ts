import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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

/** An embedded engine for one test file: its own directory and port, all migrations applied, gone after `stop`. */
export async function startTestClickHouse(options: TestClickHouseOptions = {}): Promise<TestClickHouse> {
  if (!existsSync(entry)) throw new Error('build apps/clickhouse-embedded first: npx tsc -b apps/clickhouse-embedded');
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-clickhouse-'));
  const server = await startClickHouse({
    entry,
    dataDir: join(directory, 'data'),
    port: await freePort(),
    passwordFile: join(directory, 'password'),
    logFile: join(directory, 'clickhouse.log'),
    environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  const clickhouse = createClickHouse({ url: server.url });
  if (options.migrate !== false) await migrateClickHouse(clickhouse);
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
