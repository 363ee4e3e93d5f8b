import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs that map stored spans again: how far they are, and what they changed. */
export class Remaps1763700000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE remaps (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        dry_run boolean NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'cancelled')),
        -- Key of the last span that is done: {time (ns as text), traceId, spanId}.
        position jsonb,
        total bigint,
        scanned bigint NOT NULL DEFAULT 0,
        changed bigint NOT NULL DEFAULT 0,
        not_mappable bigint NOT NULL DEFAULT 0,
        -- Field -> spans in which it changed.
        fields jsonb NOT NULL DEFAULT '{}',
        error text,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      )`);
    await runner.query(`CREATE INDEX remaps_unfinished ON remaps (created_at) WHERE state IN ('waiting', 'running')`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
