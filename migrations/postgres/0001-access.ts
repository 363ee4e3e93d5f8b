import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organisations, projects, people, keys, sign-in, audit and the workers' cursors. */
export class Access1763700000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE organisations (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        slug text NOT NULL UNIQUE,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE projects (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organisation_id uuid NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
        slug text NOT NULL,
        name text NOT NULL,
        -- True when everything in it comes from a simulation; every page says so.
        simulated boolean NOT NULL DEFAULT false,
        -- Days; null means the installation's default.
        payload_retention_days integer,
        span_retention_days integer,
        rest_retention_days integer,
        currency text NOT NULL DEFAULT 'USD',
        time_zone text NOT NULL DEFAULT 'UTC',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, slug)
      )`);
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL UNIQUE,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE members (
        organisation_id uuid NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation_id, user_id)
      )`);
    await runner.query(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- The readable part of the key, shown in lists.
        prefix text NOT NULL,
        -- SHA-256 of the whole key, hex; the key itself is stored nowhere.
        hash text NOT NULL UNIQUE,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        created_by uuid REFERENCES users(id) ON DELETE SET NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query('CREATE INDEX api_keys_by_project ON api_keys (project_id, created_at)');
    await runner.query(`
      CREATE TABLE sign_in_links (
        -- SHA-256 of the token in the link, hex.
        hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE sessions (
        -- SHA-256 of the cookie's value, hex.
        hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        organisation_id uuid NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
        project_id uuid,
        -- 'user:<id>', 'key:<prefix>' or 'system'.
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query('CREATE INDEX audit_log_by_project ON audit_log (project_id, id DESC)');
    await runner.query(`
      CREATE TABLE cursors (
        -- Which worker pass it belongs to, e.g. 'rollups.dirty'.
        name text NOT NULL,
        -- '' for a pass over all projects.
        scope text NOT NULL DEFAULT '',
        value jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (name, scope)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
