import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Silences: planned time in which nobody outside is told. */
export class Silences1763700000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE silences (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- Slugs of objectives and names of features it holds for; empty: all.
        objectives text[] NOT NULL DEFAULT '{}',
        features text[] NOT NULL DEFAULT '{}',
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        comment text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CHECK (ends_at > starts_at)
      )`);
    await runner.query('CREATE INDEX silences_by_project ON silences (project_id, ends_at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
