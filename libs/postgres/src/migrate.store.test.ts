import { postgresMigrations } from '@plimsoll/migrations/postgres';
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

test('marks of budgets that were told stay told when the amount leaves their key', async () => {
  const { dataSource } = await postgres.createDatabase();
  const runner = dataSource.createQueryRunner();
  const apply = async (name: string): Promise<void> => {
    const found = postgresMigrations.find((migration) => migration.name.startsWith(name));
    if (found === undefined) throw new Error(`no migration ${name}`);
    await new found().up(runner);
  };
  await runner.query('DROP TABLE budget_marks');
  await apply('BudgetCrossings');
  await runner.query(`
    WITH organisation AS (INSERT INTO organisations (slug, name) VALUES ('one', 'One') RETURNING id),
    project AS (INSERT INTO projects (organisation_id, slug, name) SELECT id, 'shop', 'Shop' FROM organisation RETURNING id),
    channel AS (
      INSERT INTO notification_channels (project_id, name, kind, url, severities, enabled)
      SELECT id, 'finance', 'email', '', '{ticket}', true FROM project RETURNING id, project_id),
    waiting AS (
      INSERT INTO notification_outbox (project_id, channel_id, notification)
      SELECT project_id, id, '{"type": "budget", "budget": {"name": "a", "amount": "100", "spent": "80.5", "period": "month", "threshold": "80 %"}}'
      FROM channel),
    budget AS (
      INSERT INTO budgets (project_id, name, amount, period, time_zone)
      SELECT id, period, 100, period, 'Europe/Berlin' FROM project, unnest(ARRAY['month', 'quarter', 'year']) AS period
      RETURNING id, project_id, period)
    INSERT INTO budget_crossings (budget_id, project_id, period_start, threshold, amount, crossed_at)
    SELECT id, project_id, CASE period WHEN 'year' THEN '2025-12-31T23:00:00Z' ELSE '2026-09-30T22:00:00Z' END::timestamptz,
      '80 %', amount, crossed_at::timestamptz
    FROM budget, (VALUES ('100', '2026-10-11T00:00:00Z'), ('120', '2026-10-12T00:00:00Z')) AS told (amount, crossed_at)`);
  await apply('BudgetMarks');
  const marks = 'SELECT period, mark, amount, passed_at FROM budget_marks ORDER BY period';
  const told = { mark: '80 %', amount: '100', passed_at: new Date('2026-10-11T00:00:00Z') };
  expect(await runner.query(marks)).toEqual(['2026', '2026-10', '2026-Q4'].map((period) => ({ period, ...told })));
  const [row] = (await runner.query('SELECT notification FROM notification_outbox')) as { notification: unknown }[];
  expect(row?.notification).toMatchObject({
    budget: { threshold: '80 %', text: 'Budget a: 80 % of 100 a month (80.5 spent)', url: null },
  });
  await runner.release();
});
