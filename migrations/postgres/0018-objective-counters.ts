import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Prometheus has been told of each objective: a counter must never fall, also when a late row changes the past. */
export class ObjectiveCounters1763700000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE objective_counters (
        revision_id uuid PRIMARY KEY REFERENCES objective_revisions(id) ON DELETE CASCADE,
        -- Minutes before this one are in the settled sums and are read no more.
        settled_to timestamptz NOT NULL,
        settled_events double precision NOT NULL DEFAULT 0,
        settled_bad double precision NOT NULL DEFAULT 0,
        -- The highest values that were shown.
        shown_events double precision NOT NULL DEFAULT 0,
        shown_bad double precision NOT NULL DEFAULT 0
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
