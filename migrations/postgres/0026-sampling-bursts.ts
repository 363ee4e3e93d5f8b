import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the sampling of a slice was raised by an early warning, and until when: incidents tell of it. */
export class SamplingBursts1763700000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE sampling_bursts (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
      objective_id uuid NOT NULL REFERENCES objectives ON DELETE CASCADE,
      group_key text NOT NULL,
      scorer text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX sampling_bursts_going_on ON sampling_bursts (objective_id, group_key, scorer) WHERE ended_at IS NULL',
    );
    await runner.query('CREATE INDEX sampling_bursts_by_objective ON sampling_bursts (objective_id, started_at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
