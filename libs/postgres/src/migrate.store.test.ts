import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasPendingMigrations, migratePostgres } from './migrate.js';
import { startTestPostgres, type TestPostgres } from './testing.js';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});

afterAll(async () => {
  await postgres.stop();
});

test('processes that start together apply each migration once', async () => {
  expect(await hasPendingMigrations(postgres.url)).toBe(true);
  const reports = await Promise.all([1, 2, 3].map(() => migratePostgres(postgres.url)));
  const applied = reports.flatMap((report) => report.applied);
  expect(applied.length).toBeGreaterThan(0);
  expect(new Set(applied).size).toBe(applied.length);
  expect(await hasPendingMigrations(postgres.url)).toBe(false);
});

test('each test database is new and migrated', async () => {
  const first = await postgres.createDatabase();
  await first.dataSource.query(`INSERT INTO organisations (slug, name) VALUES ('one', 'One')`);
  const second = await postgres.createDatabase();
  expect(await second.dataSource.query('SELECT * FROM organisations')).toEqual([]);
});
