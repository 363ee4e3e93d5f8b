import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a receiver calls a message that is edited later, and when a channel that takes one a second may be sent to again. */
export class MessageThreads1763700000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notification_outbox ADD COLUMN receipt text');
    await runner.query('ALTER TABLE notification_channels ADD COLUMN paced_until timestamptz');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
