import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Maintenance windows, and the secrets that senders of hooks sign with. */
export class Maintenance1763700000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE maintenance_windows (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Schema maintenanceWindowWrite.
        definition jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE hook_secrets (
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        sender text NOT NULL CHECK (sender IN ('github', 'gitlab')),
        -- Sealed.
        secret text NOT NULL,
        PRIMARY KEY (project_id, sender)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
