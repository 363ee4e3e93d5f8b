import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a project takes out of content before it is stored. */
export class IngestGuards1763700000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE masking_policies (
        project_id uuid PRIMARY KEY REFERENCES projects(id) ON DELETE CASCADE,
        mode text NOT NULL CHECK (mode IN ('off', 'on', 'drop-content')),
        -- Ids of built-in detectors that do not run.
        detectors_off text[] NOT NULL DEFAULT '{}',
        -- [{id, pattern, ignoreCase}]; checked before they are stored.
        rules jsonb NOT NULL DEFAULT '[]',
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    // Spans a second that a key may send; null: no limit.
    await runner.query('ALTER TABLE api_keys ADD COLUMN rate_limit integer CHECK (rate_limit > 0)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
