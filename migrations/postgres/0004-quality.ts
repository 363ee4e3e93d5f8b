import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scorers with their versions, sampling policies, judge endpoints and their spending; drift monitors and reports. */
export class Quality1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE scorers (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- Name in scores, objectives and URLs.
        slug text NOT NULL,
        name text NOT NULL,
        -- Id in the registry of rule scorers, or 'judge'.
        kind text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        -- The version in force.
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        -- Set when it was deleted; its scores stay and the slug stays taken, so that a default does not come back.
        hidden_at timestamptz,
        UNIQUE (project_id, slug)
      )`);
    await runner.query(`
      CREATE TABLE scorer_versions (
        scorer_id uuid NOT NULL REFERENCES scorers(id) ON DELETE CASCADE,
        version integer NOT NULL,
        kind text NOT NULL,
        settings jsonb NOT NULL,
        filter jsonb NOT NULL,
        -- Base probability, 0 to 1; the sampling policy may raise it.
        sample_rate double precision NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by text NOT NULL,
        PRIMARY KEY (scorer_id, version)
      )`);
    await runner.query(`
      CREATE TABLE sampling_policies (
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- A new version is a new draw: samples of two versions are independent.
        version integer NOT NULL,
        -- What raises a judge's probability: [{when, rate}].
        rules jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project_id, version)
      )`);
    await runner.query(`
      CREATE TABLE judge_endpoints (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Up to and without '/chat/completions'.
        base_url text NOT NULL,
        model text NOT NULL,
        -- Sent as a bearer token, never shown again.
        api_key text,
        -- USD a day (UTC); null: no limit.
        daily_budget numeric(38,12),
        -- Most structured way of answering that the endpoint was seen to accept.
        reply_mode text NOT NULL DEFAULT 'json_schema' CHECK (reply_mode IN ('json_schema', 'json_object', 'text')),
        last_error text,
        last_error_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE judge_spending (
        endpoint_id uuid NOT NULL REFERENCES judge_endpoints(id) ON DELETE CASCADE,
        day date NOT NULL,
        -- USD; what is reserved is either settled or given up with the worker that held it.
        spent numeric(38,12) NOT NULL DEFAULT 0,
        reserved numeric(38,12) NOT NULL DEFAULT 0,
        calls integer NOT NULL DEFAULT 0,
        -- A worker that dies leaves its reservation: it counts no longer than this.
        reserved_until timestamptz,
        PRIMARY KEY (endpoint_id, day)
      )`);
    await runner.query(`
      CREATE TABLE drift_monitors (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        feature text NOT NULL,
        reference text NOT NULL CHECK (reference IN ('fixed', 'rolling')),
        reference_days integer NOT NULL,
        current_hours integer NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        -- The measured reference of a fixed monitor, frozen at its first comparison: numbers and labels, no texts.
        frozen jsonb,
        -- Alarm with hysteresis: {active, run}.
        alarm jsonb NOT NULL DEFAULT '{"active": false, "run": 0}',
        last_run_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Set when it was deleted: its reports stay, and one that was made for every feature does not come back.
        hidden_at timestamptz,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE drift_reports (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        monitor_id uuid NOT NULL REFERENCES drift_monitors(id) ON DELETE CASCADE,
        feature text NOT NULL,
        verdict text NOT NULL,
        headline text NOT NULL,
        reference_from timestamptz NOT NULL,
        reference_to timestamptz NOT NULL,
        current_from timestamptz NOT NULL,
        current_to timestamptz NOT NULL,
        reference_title text NOT NULL,
        n_reference integer NOT NULL,
        n_current integer NOT NULL,
        moved integer NOT NULL,
        signals integer NOT NULL,
        -- The evaluation as the pure function gave it.
        evaluation jsonb NOT NULL,
        -- Keys of spans that show the difference: {before, after}; their texts stay in the other store.
        examples jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- One report a monitor and window, however often it is asked for.
        UNIQUE (monitor_id, current_to)
      )`);
    await runner.query('CREATE INDEX drift_reports_by_project ON drift_reports (project_id, created_at DESC, id)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
