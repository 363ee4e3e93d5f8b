import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a changed scorer said of calls from before its change. A judge is asked once: it costs money, and says it anew each time. */
export class ScorerTrials1763700000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE scorer_trials (
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- The change as suspects name it: scorer, and the versions before and after.
        change_id text NOT NULL,
        -- Hash of the objective's definition and group: whose calls were tried.
        subject text NOT NULL,
        calls integer NOT NULL,
        bad_before double precision NOT NULL,
        bad_after double precision NOT NULL,
        -- USD that the judge was paid; NULL where its price is not known.
        cost numeric,
        tried_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project_id, change_id, subject)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
