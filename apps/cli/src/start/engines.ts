import { join } from 'node:path';
import type { Settings } from '@plimsoll/contract';
import {
  type EmbeddedClickHouse,
  type EmbeddedPostgres,
  passwordIn,
  type ProcessEvents,
  startClickHouse,
  startPostgres,
} from '@plimsoll/embedded';
import { clickhouseEntry } from './entries.js';
import type { Ports } from './ports.js';

export interface Engines {
  readonly clickhouseUrl: string;
  readonly databaseUrl: string;
  /** Present for the parts that are embedded. */
  readonly postgres: EmbeddedPostgres | null;
  readonly clickhouse: EmbeddedClickHouse | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

async function startOne<T>(wanted: boolean, start: () => Promise<T>, started: (engine: T) => void): Promise<T | null> {
  if (!wanted) return null;
  const engine = await start();
  started(engine);
  return engine;
}

/**
 * Starts both engines at once, except those that a setting replaces.
 * @param started is told of each engine as soon as it runs, so that it can be ended even if the other one fails.
 */
export async function startEngines(
  settings: Settings,
  ports: Ports,
  environment: Environment,
  events: ProcessEvents,
  started: (engine: EmbeddedPostgres | EmbeddedClickHouse, name: string) => void,
): Promise<Engines> {
  const { dataDir } = settings;
  const [postgres, clickhouse] = await Promise.all([
    startOne(
      settings.databaseUrl === undefined,
      () =>
        startPostgres({
          ...events,
          dataDir: join(dataDir, 'postgres'),
          port: ports.postgres,
          logFile: join(dataDir, 'logs', 'postgres.log'),
          password: passwordIn(join(dataDir, 'postgres.password')),
          environment,
        }),
      (engine) => started(engine, 'PostgreSQL'),
    ),
    startOne(
      settings.clickhouseUrl === undefined,
      () =>
        startClickHouse({
          ...events,
          entry: clickhouseEntry,
          dataDir: join(dataDir, 'clickhouse'),
          port: ports.clickhouse,
          passwordFile: join(dataDir, 'clickhouse.password'),
          logFile: join(dataDir, 'logs', 'clickhouse.log'),
          memoryMb: settings.clickhouseMemoryMb,
          // Below the mark of the exports: what is stored already can still be merged and counted for a while.
          keepFreeMb: Math.floor(settings.minFreeDiskMb / 4),
          environment,
        }),
      (engine) => started(engine, 'ClickHouse'),
    ),
  ]);
  return {
    postgres,
    clickhouse,
    databaseUrl: settings.databaseUrl ?? postgres?.url ?? '',
    clickhouseUrl: settings.clickhouseUrl ?? clickhouse?.url ?? '',
  };
}
