import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Incidents with their append-only events and suspects, notification channels and the outbox. */
export class Incidents1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE incident_numbers (
        -- Last number given out, for references such as INC-204.
        project_id uuid PRIMARY KEY REFERENCES projects(id) ON DELETE CASCADE,
        last integer NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE incidents (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        number integer NOT NULL,
        -- SHA-256 over organisation, project, environment, objective and group: what makes alerts one incident.
        dedup_key text NOT NULL,
        objective_id uuid NOT NULL,
        -- Revision that was judged when it opened; its definition says which calls are bad.
        revision_id uuid NOT NULL,
        objective_slug text NOT NULL,
        objective_name text NOT NULL,
        sli_kind text NOT NULL CHECK (sli_kind IN ('latency', 'error', 'quality', 'cost')),
        labels jsonb NOT NULL,
        filter jsonb NOT NULL,
        environment text,
        title text NOT NULL,
        -- From here to merged_into: the fold of incident_events after event seq, for lists and locks.
        seq integer NOT NULL,
        state text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('page', 'ticket')),
        opened_at timestamptz NOT NULL,
        acknowledged_by text,
        assignee text,
        resolved_at timestamptz,
        alerts integer NOT NULL,
        flapping boolean NOT NULL,
        snoozed_until timestamptz,
        merged_into uuid REFERENCES incidents(id) ON DELETE SET NULL,
        -- Numbers of the latest alert (schema alertEvidence).
        evidence jsonb NOT NULL,
        -- When badness began to rise, with the interval that explains it nearly as well.
        onset_at timestamptz,
        onset_from timestamptz,
        onset_to timestamptz,
        suspects_at timestamptz,
        suspect_verdict text,
        suspect_hints text[] NOT NULL DEFAULT '{}',
        unknown_share double precision,
        top_suspect jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, number)
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX incidents_one_open ON incidents (dedup_key)
      WHERE state IN ('triggered', 'acknowledged', 'mitigated')`);
    await runner.query('CREATE INDEX incidents_by_project ON incidents (project_id, opened_at DESC, id)');
    await runner.query('CREATE INDEX incidents_by_key ON incidents (dedup_key, opened_at DESC)');
    await runner.query(`
      CREATE TABLE incident_events (
        incident_id uuid NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
        -- 1, 2, 3 ... without gaps: the optimistic lock.
        seq integer NOT NULL,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL,
        kind text NOT NULL,
        -- The event as the fold reads it.
        body jsonb NOT NULL,
        title text NOT NULL,
        detail text,
        link text,
        -- The numbers at that instant, frozen.
        snapshot jsonb NOT NULL DEFAULT '{}',
        -- Row that caused it (an alert transition, a change), so that telling it twice adds nothing.
        source_key text,
        PRIMARY KEY (incident_id, seq)
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX incident_events_by_source ON incident_events (incident_id, source_key)
      WHERE source_key IS NOT NULL`);
    await runner.query('CREATE INDEX incident_events_by_time ON incident_events (project_id, recorded_at)');
    await runner.query(`
      CREATE FUNCTION incident_events_are_final() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'incident events are append-only'; END $$`);
    await runner.query(`
      CREATE TRIGGER incident_events_append_only BEFORE UPDATE ON incident_events
      FOR EACH ROW EXECUTE FUNCTION incident_events_are_final()`);
    await runner.query(`
      CREATE TABLE suspects (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        incident_id uuid NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
        -- Id of the change event in ClickHouse.
        change_id text NOT NULL,
        rank integer NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        attribute text,
        from_value text,
        to_value text,
        changed_at timestamptz NOT NULL,
        band text NOT NULL CHECK (band IN ('strong', 'possible', 'weak', 'excluded')),
        -- Figures of the ranking as the pure function gave them.
        figures jsonb NOT NULL,
        -- What a person decided; kept when the ranking is made again.
        verdict text NOT NULL DEFAULT 'open' CHECK (verdict IN ('open', 'accepted', 'rejected')),
        verdict_by text,
        UNIQUE (incident_id, change_id)
      )`);
    await runner.query(`
      CREATE TABLE notification_channels (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        kind text NOT NULL,
        url text NOT NULL,
        -- Newest first; two while one is being rotated. Never shown again.
        secrets text[] NOT NULL DEFAULT '{}',
        severities text[] NOT NULL,
        enabled boolean NOT NULL,
        allow_private boolean NOT NULL DEFAULT false,
        -- Set when the receiver answered 410: it is gone.
        disabled_reason text,
        last_delivered_at timestamptz,
        last_error text,
        last_error_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE notification_outbox (
        -- Also the id that receivers see at every attempt.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        -- Order of writing: a channel gets the events of an incident in order.
        position bigint GENERATED ALWAYS AS IDENTITY,
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        channel_id uuid NOT NULL REFERENCES notification_channels(id) ON DELETE CASCADE,
        incident_id uuid REFERENCES incidents(id) ON DELETE CASCADE,
        event_seq integer,
        -- What is told, frozen.
        notification jsonb NOT NULL,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        -- A worker has it until then; afterwards another one may take it.
        claimed_until timestamptz,
        delivered_at timestamptz,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (channel_id, incident_id, event_seq)
      )`);
    await runner.query(`
      CREATE INDEX notification_outbox_pending ON notification_outbox (next_attempt_at) WHERE status = 'pending'`);
    await runner.query('CREATE INDEX notification_outbox_by_incident ON notification_outbox (incident_id, channel_id)');
    await runner.query(`
      CREATE TABLE idempotency_keys (
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        -- What was called, e.g. 'POST /api/v1/changes'.
        route text NOT NULL,
        key text NOT NULL,
        -- SHA-256 of the body: the same key with another body is refused.
        body_hash text NOT NULL,
        response jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project_id, route, key)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
