import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a synthetic breach of an objective still tells anybody. */
export class SelfTests1763700000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objective_self_tests (
        revision_id uuid PRIMARY KEY REFERENCES objective_revisions(id) ON DELETE CASCADE,
        tested_at timestamptz NOT NULL,
        ok boolean NOT NULL,
        -- When each tier fired, and which did not.
        detail text NOT NULL
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
