import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is told when nobody answers: contacts, weekly rotations and escalation policies. */
export class OnCall1763700000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE contacts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        channel_id uuid NOT NULL REFERENCES notification_channels(id) ON DELETE CASCADE,
        -- In place of the recipients of a channel that sends mail.
        email text,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE rotations (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Schema rotationWrite; members are names of contacts.
        definition jsonb NOT NULL,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      CREATE TABLE escalation_policies (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id uuid NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
        name text NOT NULL,
        -- Schema escalationPolicyWrite; targets are named.
        definition jsonb NOT NULL,
        UNIQUE (project_id, name)
      )`);
    await runner.query(`
      ALTER TABLE notification_channels
        -- False: told only when an escalation names it, and of what follows then.
        ADD COLUMN broadcast boolean NOT NULL DEFAULT true`);
    await runner.query(`
      ALTER TABLE notification_outbox
        -- A person's own address within the channel; empty: the channel's.
        ADD COLUMN recipient text NOT NULL DEFAULT '',
        DROP CONSTRAINT notification_outbox_channel_id_incident_id_event_seq_key,
        ADD CONSTRAINT notification_outbox_once UNIQUE (channel_id, incident_id, event_seq, recipient)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
