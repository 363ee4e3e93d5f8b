import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Objectives whose budget may be seen by whoever knows the address of its badge. */
export class Badges1763700000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objective_badges (
        objective_id uuid PRIMARY KEY REFERENCES objectives(id) ON DELETE CASCADE,
        -- Random; it names one objective of one project, and all it opens is that badge.
        token text NOT NULL UNIQUE,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
