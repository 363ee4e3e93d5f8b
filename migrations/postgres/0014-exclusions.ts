import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Exclusion windows and the reviews of decisions that firing thresholds make due. */
export class Exclusions1763700000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objective_exclusions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- NULL: all objectives of the project.
        objective_id uuid REFERENCES objectives(id) ON DELETE CASCADE,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        reason text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Taken back: it counts no more, and stays in the list with who did it.
        revoked_at timestamptz,
        revoked_by text,
        CHECK (ends_at > starts_at)
      )`);
    await runner.query('CREATE INDEX objective_exclusions_by_project ON objective_exclusions (project_id, starts_at)');
    await runner.query(`
      CREATE TABLE decision_reviews (
        -- One review at a time: a second alert adds nothing to a review that is due already.
        objective_id uuid PRIMARY KEY REFERENCES objectives(id) ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        due_since timestamptz NOT NULL,
        -- What made it due: the name of the threshold or tier that fired, or the date that was set.
        cause text NOT NULL,
        done_at timestamptz,
        done_by text
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
