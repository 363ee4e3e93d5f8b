import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where each objective stands is one narrow row; the state of an alert is stored only when it changes. */
export class ObjectiveSteps1763700000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objective_steps (
        revision_id uuid PRIMARY KEY REFERENCES objective_revisions(id) ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- Start of the last minute that was stepped, for all groups and tiers.
        stepped_minute timestamptz NOT NULL,
        -- Hash of the points of the two hours before it, as they were stepped: another one means that rows came late.
        points_mark text NOT NULL,
        -- Share of the budget that was left after that minute, by group key; null: no events yet.
        budgets jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX objective_steps_by_project ON objective_steps (project_id)');
    await runner.query(`
      INSERT INTO objective_steps (revision_id, project_id, stepped_minute, points_mark, budgets)
      SELECT revision_id, project_id, min(stepped_minute), '', '{}' FROM alert_instances GROUP BY revision_id, project_id`);
    // Changes of the state in the last two hours and the one before: late rows are folded again from there.
    await runner.query(`ALTER TABLE alert_instances ADD COLUMN checkpoints jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(`
      UPDATE alert_instances SET checkpoints = json_build_array(json_build_object(
        'minute', extract(epoch FROM base_minute)::bigint / 60, 'status', base_status))`);
    await runner.query(`
      ALTER TABLE alert_instances DROP COLUMN base_status, DROP COLUMN base_minute, DROP COLUMN points_version,
        DROP COLUMN stepped_minute`);
    // The points lie in another order from now on and have an hour grain beside them: history is made again.
    await runner.query('UPDATE objective_revisions SET points_from = NULL WHERE superseded_at IS NULL');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
