import { type TestClickHouse, startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll } from 'vitest';

type Entity = new () => object;

/** Both engines of one test file, with a database that knows its entities. */
export interface TestStores {
  readonly postgres: TestPostgres;
  readonly store: TestClickHouse;
  readonly database: DataSource;
}

/** Starts both engines before the first test of a file and ends them after its last; to be read within tests only. */
export function testStores(entities: readonly Entity[]): TestStores {
  let started: TestStores | undefined;
  beforeAll(async () => {
    const [postgres, store] = await Promise.all([startTestPostgres(), startTestClickHouse()]);
    const { dataSource } = await postgres.createDatabase(entities);
    started = { postgres, store, database: dataSource };
  });
  afterAll(async () => {
    await Promise.all([started?.postgres.stop(), started?.store.stop()]);
  });
  const running = (): TestStores => {
    if (started === undefined) throw new Error('the stores run within tests only');
    return started;
  };
  return {
    get postgres() {
      return running().postgres;
    },
    get store() {
      return running().store;
    },
    get database() {
      return running().database;
    },
  };
}
