import type { AlertState, KeptCheckpoint, Severity, TierStatus } from '@plimsoll/slo';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** State of one tier of one revision and group, since it last changed; without a row it is the initial one. */
@Entity({ name: 'alert_instances' })
export class AlertInstance {
  @PrimaryColumn({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  /** '' for the whole, 'other' for the groups beyond the cap. */
  @PrimaryColumn({ name: 'group_key', type: 'text' })
  groupKey!: string;

  @PrimaryColumn({ type: 'text' })
  tier!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @Column({ type: 'text' })
  severity!: Severity;

  @Column({ type: 'text' })
  state!: AlertState;

  @Column({ type: 'jsonb' })
  status!: TierStatus;

  /** What it was like in the last two hours: late rows are folded again from there. */
  @Column({ type: 'jsonb' })
  checkpoints!: readonly KeptCheckpoint[];

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
