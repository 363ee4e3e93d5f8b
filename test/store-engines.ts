import { makeSharedClickHouse } from '@plimsoll/clickhouse/testing';
import { startSharedPostgres } from '@plimsoll/postgres/testing';

const ends: (() => Promise<void>)[] = [];

/** What each file of the tier would do again: make a cluster of PostgreSQL, and migrate both stores. */
export async function setup(): Promise<void> {
  const [postgres, clickhouse] = await Promise.all([startSharedPostgres(), makeSharedClickHouse()]);
  ends.push(
    () => postgres.stop(),
    () => clickhouse.remove(),
  );
}

export async function teardown(): Promise<void> {
  await Promise.all(ends.map((end) => end()));
}
