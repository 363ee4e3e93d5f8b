import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Own prices, money budgets, outcome definitions, GPU rates and scrape targets. */
export class CostGpu1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE price_rows (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        provider text NOT NULL,
        -- A name, 'prefix*' or '/expression/'.
        model text NOT NULL,
        bucket text NOT NULL,
        -- USD. A changed price is a new row with its own validity: rows are never updated.
        per_token numeric(38,18) NOT NULL CHECK (per_token >= 0),
        service_tier text,
        above_input_tokens bigint,
        valid_from timestamptz,
        valid_to timestamptz,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX price_rows_by_project ON price_rows (project_id, created_at)');
    await runner.query(`
      CREATE TABLE budgets (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        amount numeric(38,12) NOT NULL CHECK (amount >= 0),
        period text NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
        time_zone text NOT NULL,
        scope jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE outcome_definitions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Seconds after the start of a trace within which an outcome counts for it.
        attribution_seconds integer NOT NULL DEFAULT 604800 CHECK (attribution_seconds > 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE gpu_rates (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- As the exporter writes modelName.
        model text NOT NULL,
        hourly numeric(38,12) NOT NULL CHECK (hourly >= 0),
        currency text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, model)
      )`);
    await runner.query(`
      CREATE TABLE scrape_targets (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        url text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('dcgm', 'engine')),
        interval_seconds integer NOT NULL CHECK (interval_seconds BETWEEN 5 AND 600),
        -- Model deployment that the target serves; null = told by the page.
        pool text,
        -- Set by the worker that claims the next scrape, so that of several replicas one reads the page.
        last_scraped_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['scrape_targets', 'gpu_rates', 'outcome_definitions', 'budgets', 'price_rows']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
