import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answers are kept for a week: what is older is found without reading the others. */
export class IdempotencyByAge1763700000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
