import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a project kept before its retention changed: minutes of that time stay sealed by the shorter of the two. */
export class Retention1763700000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE projects
        -- Days that spans stored before retention_changed_at are kept at least; null = for ever.
        ADD COLUMN retention_days_before integer,
        ADD COLUMN retention_changed_at timestamptz`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
