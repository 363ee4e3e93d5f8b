import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClickHouse, createClickHouse } from '@plimsoll/clickhouse';
import { createDataSource } from '@plimsoll/postgres';
import type { Platform } from './platform.js';

export type Database = ReturnType<typeof createDataSource>;

/** The stores of a running platform, for tests that look behind the API. */
export interface Stores {
  readonly clickhouseUrl: string;
  readonly clickhousePassword: string;
  readonly clickhouse: ClickHouse;
  readonly database: Database;
  close(): Promise<void>;
}

export async function openStores({ dataDir }: Platform): Promise<Stores> {
  const read = (file: string): string => readFileSync(join(dataDir, file), 'utf8').trim();
  const ports = JSON.parse(read('ports.json')) as { clickhouse: number; postgres: number };
  const clickhouseUrl = `http://127.0.0.1:${ports.clickhouse}`;
  const clickhousePassword = read('clickhouse.password');
  const clickhouse = createClickHouse({ url: clickhouseUrl, password: clickhousePassword });
  const url = `postgres://plimsoll:${read('postgres.password')}@127.0.0.1:${ports.postgres}/plimsoll`;
  const database = await createDataSource({ url, entities: [], poolSize: 1 }).initialize();
  return {
    clickhouseUrl,
    clickhousePassword,
    clickhouse,
    database,
    close: async () => {
      await clickhouse.close();
      await database.destroy();
    },
  };
}
