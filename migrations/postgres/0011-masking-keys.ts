import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pseudonyms of masked names are made with a key of the project, so that nobody can try out whose they are. */
export class MaskingKeys1763700000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE masking_keys (
        project_id uuid PRIMARY KEY REFERENCES projects(id) ON DELETE CASCADE,
        -- 32 random bytes, made at the first use and never changed.
        name_key bytea NOT NULL
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
