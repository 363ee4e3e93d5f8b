import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkClickHouse, migrateClickHouse } from './index.js';
import { missingFeatures } from './features.js';
import { readMigrations, statementFor } from './migrate.js';
import { startTestClickHouse, type TestClickHouse } from './testing.js';

let store: TestClickHouse;
let directory: string;

beforeAll(async () => {
  store = await startTestClickHouse({ migrate: false });
  directory = await mkdtemp(join(tmpdir(), 'plimsoll-migrations-'));
  await cp(fileURLToPath(new URL('../../../migrations/clickhouse', import.meta.url)), directory, { recursive: true });
});

afterAll(async () => {
  await store.stop();
  await rm(directory, { recursive: true });
});

test('an empty store lists everything as pending, takes it once, and is then up to date', async () => {
  const names = (await readMigrations(directory)).map((migration) => migration.name);
  expect((await checkClickHouse(store.clickhouse, { directory })).pending).toEqual(names);
  expect(await migrateClickHouse(store.clickhouse, { directory })).toEqual(names);
  expect(await migrateClickHouse(store.clickhouse, { directory })).toEqual([]);
  expect(await checkClickHouse(store.clickhouse, { directory })).toEqual({
    pending: [],
    altered: [],
    missingFeatures: [],
  });
});

test('a run that was cut off between a statement and its line in the ledger is taken up again', async () => {
  await store.clickhouse.command('ALTER TABLE schema_migrations DELETE WHERE number = 1', {}, { mutations_sync: '1' });
  expect(await migrateClickHouse(store.clickhouse, { directory })).toEqual(['0001-spans']);
});

test('a failing statement leaves the earlier ones applied and names the cause', async () => {
  await writeFile(
    join(directory, '9001-good.sql'),
    'CREATE TABLE IF NOT EXISTS good (a UInt8) ENGINE = {{engine:MergeTree}} ORDER BY a',
  );
  await writeFile(
    join(directory, '9002-bad.sql'),
    'CREATE TABLE IF NOT EXISTS bad (a NoSuchType) ENGINE = {{engine:MergeTree}} ORDER BY a',
  );
  await expect(migrateClickHouse(store.clickhouse, { directory })).rejects.toThrow(/NoSuchType/);
  expect((await checkClickHouse(store.clickhouse, { directory })).pending).toEqual(['9002-bad']);
  await rm(join(directory, '9002-bad.sql'));
});

test('a changed file is reported and refused', async () => {
  const path = join(directory, '9001-good.sql');
  await writeFile(path, `${await readFile(path, 'utf8')} -- later`);
  expect((await checkClickHouse(store.clickhouse, { directory })).altered).toEqual(['9001-good']);
  await expect(migrateClickHouse(store.clickhouse, { directory })).rejects.toMatchObject({ code: 'conflict' });
});

test('the cluster variant of every migration parses', async () => {
  for (const migration of await readMigrations()) {
    const statement = statementFor(migration.text, { cluster: 'main' });
    expect(statement).not.toContain('{{');
    const [ast] = await store.clickhouse.query<{ explain: string }>(`EXPLAIN AST ${statement}`);
    expect(ast?.explain).toMatch(/^(CreateQuery|AlterQuery|DropQuery)/);
  }
});

test('what a server lacks is named', async () => {
  const features = [
    { catalogue: 'system.settings', names: ['max_threads', 'a_setting_of_tomorrow'] },
    { catalogue: 'system.table_engines', names: ['MergeTree', 'BetterMergeTree'] },
  ];
  expect(await missingFeatures(store.clickhouse, features)).toEqual(['BetterMergeTree', 'a_setting_of_tomorrow']);
});
