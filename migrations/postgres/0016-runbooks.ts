import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runbooks, the calls that they may make, and what came of each; incidents that came from elsewhere. */
export class Runbooks1763700000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE runbooks (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Schema runbookWrite.
        definition jsonb NOT NULL,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE runbook_actions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        title text NOT NULL,
        -- Both sealed.
        url text NOT NULL,
        secret text,
        -- Templates by the name that the receiver knows.
        parameters jsonb NOT NULL,
        allow_private boolean NOT NULL,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE runbook_runs (
        -- Also the id that the receiver sees.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        incident_id uuid NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
        action text NOT NULL,
        -- Header idempotency-key of the call; null: every call is a run of its own.
        request_key text,
        host text NOT NULL,
        parameters jsonb NOT NULL,
        actor text NOT NULL,
        status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed')),
        error text,
        started_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (incident_id, request_key)
      )`);
    await runner.query(`
      ALTER TABLE incidents
        -- The exported incident, for one that was imported: its calls are not here. Null for all others.
        ADD COLUMN imported jsonb`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
