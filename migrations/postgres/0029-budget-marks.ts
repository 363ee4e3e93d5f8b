import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A mark of a money budget is told once a period, whatever the amount became since: the amount leaves the key, and the
 * period is named by its month, quarter or year, so that another zone of the same budget does not make it another one.
 */
export class BudgetMarks1763700000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE budget_marks (
        budget_id uuid NOT NULL REFERENCES budgets(id) ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- '2026-11', '2026-Q4' or '2026', in the budget's zone.
        period text NOT NULL,
        -- '50 %', '80 %', '100 %' or 'forecast 100 %'.
        mark text NOT NULL,
        -- The budget as it was when the mark was passed.
        amount text NOT NULL,
        passed_at timestamptz NOT NULL,
        PRIMARY KEY (budget_id, period, mark)
      )`);
    // The 15th day of a period lies in its first month in every zone.
    await runner.query(`
      INSERT INTO budget_marks (budget_id, project_id, period, mark, amount, passed_at)
      SELECT DISTINCT ON (budget_id, period, mark) budget_id, project_id, period, mark, amount, passed_at
      FROM (
        SELECT c.budget_id, c.project_id, c.threshold AS mark, c.amount, c.crossed_at AS passed_at,
          to_char((c.period_start + interval '14 days') AT TIME ZONE 'UTC',
            CASE b.period WHEN 'month' THEN 'YYYY-MM' WHEN 'quarter' THEN 'YYYY-"Q"Q' ELSE 'YYYY' END) AS period
        FROM budget_crossings c JOIN budgets b ON b.id = c.budget_id
      ) AS noted ORDER BY budget_id, period, mark, passed_at`);
    await runner.query('DROP TABLE budget_crossings');
    // What waits to be sent was written without its words and its address.
    await runner.query(`
      UPDATE notification_outbox SET notification = jsonb_set(notification, '{budget}', notification->'budget' || jsonb_build_object(
        'text', format('Budget %s: %s of %s a %s (%s spent)', notification#>>'{budget,name}', notification#>>'{budget,threshold}',
          notification#>>'{budget,amount}', notification#>>'{budget,period}', notification#>>'{budget,spent}'),
        'url', NULL))
      WHERE status = 'pending' AND notification->>'type' = 'budget'`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
