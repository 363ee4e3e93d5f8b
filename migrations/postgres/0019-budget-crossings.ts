import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was told of money budgets, once each. */
export class BudgetCrossings1763700000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE budget_crossings (
        budget_id uuid NOT NULL REFERENCES budgets(id) ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- First instant of the budget's period.
        period_start timestamptz NOT NULL,
        -- '50 %', '80 %', '100 %' or 'forecast 100 %'.
        threshold text NOT NULL,
        -- The budget as it was: another amount is another promise.
        amount text NOT NULL,
        crossed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (budget_id, period_start, threshold, amount)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
