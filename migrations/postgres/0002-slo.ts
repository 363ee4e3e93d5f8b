import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Objectives with their revisions, admitted groups, alert states and the transitions that were sent. */
export class Slo1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objectives (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        slug text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        -- Set when it was deleted: it is judged no more, its history stays.
        retired_at timestamptz
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX objectives_by_slug ON objectives (project_id, slug) WHERE retired_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE objective_revisions (
        -- Also the value of sli_points.objective in ClickHouse.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        objective_id uuid NOT NULL REFERENCES objectives(id) ON DELETE CASCADE,
        revision integer NOT NULL,
        -- The definition as it was written (schema objectiveWrite).
        definition jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Only the newest revision is judged.
        superseded_at timestamptz,
        -- Points exist from here on; before it the budget is unknown, not full. NULL: none were made yet.
        points_from timestamptz,
        -- History down to here is wanted; the back-fill is done when points_from has reached it.
        points_wanted_from timestamptz NOT NULL,
        UNIQUE (objective_id, revision)
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX objective_revisions_current ON objective_revisions (objective_id) WHERE superseded_at IS NULL`);
    await runner.query('CREATE INDEX objective_revisions_by_project ON objective_revisions (project_id)');
    await runner.query(`
      CREATE TABLE objective_groups (
        revision_id uuid NOT NULL REFERENCES objective_revisions(id) ON DELETE CASCADE,
        -- JSON of the group-by values; admitted first come, first served, never removed.
        group_key text NOT NULL,
        admitted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (revision_id, group_key)
      )`);
    await runner.query(`
      CREATE TABLE alert_instances (
        revision_id uuid NOT NULL REFERENCES objective_revisions(id) ON DELETE CASCADE,
        -- '' for the whole, 'other' for the groups beyond the cap.
        group_key text NOT NULL,
        tier text NOT NULL,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        objective_id uuid NOT NULL REFERENCES objectives(id) ON DELETE CASCADE,
        severity text NOT NULL CHECK (severity IN ('page', 'ticket')),
        state text NOT NULL,
        -- The state machine after the last stepped minute.
        status jsonb NOT NULL,
        -- Start of the last minute that was stepped.
        stepped_minute timestamptz NOT NULL,
        -- The state machine as it stood at base_minute, two hours back: late rows are folded again from here.
        base_status jsonb NOT NULL,
        base_minute timestamptz NOT NULL,
        -- Newest version (microseconds) among the points since base_minute that were stepped: a newer one came late.
        points_version bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (revision_id, group_key, tier)
      )`);
    await runner.query('CREATE INDEX alert_instances_by_project ON alert_instances (project_id)');
    await runner.query(`
      CREATE TABLE alert_transitions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        objective_id uuid NOT NULL REFERENCES objectives(id) ON DELETE CASCADE,
        revision_id uuid NOT NULL REFERENCES objective_revisions(id) ON DELETE CASCADE,
        group_key text NOT NULL,
        tier text NOT NULL,
        severity text NOT NULL,
        minute timestamptz NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        kind text NOT NULL,
        decided_at timestamptz NOT NULL,
        -- The numbers at that instant, frozen (schema alertEvidence).
        evidence jsonb NOT NULL,
        UNIQUE (revision_id, group_key, tier, minute, to_state)
      )`);
    await runner.query('CREATE INDEX alert_transitions_by_objective ON alert_transitions (objective_id, minute DESC)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
