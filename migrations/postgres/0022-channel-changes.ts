import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels that are told of declared changes as well. */
export class ChannelChanges1763700000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notification_channels ADD COLUMN changes boolean NOT NULL DEFAULT false');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
