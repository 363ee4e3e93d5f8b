import type { AlertState, Severity, TierStatus } from '@plimsoll/slo';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** State of one tier of one revision and group, after the last closed minute that was stepped. */
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

  @Column({ name: 'stepped_minute', type: 'timestamptz' })
  steppedMinute!: Date;

  /** The state two hours back: late rows are folded again from here. */
  @Column({ name: 'base_status', type: 'jsonb' })
  baseStatus!: TierStatus;

  @Column({ name: 'base_minute', type: 'timestamptz' })
  baseMinute!: Date;

  /** Newest version of the points since the base that were stepped, digits of microseconds. */
  @Column({ name: 'points_version', type: 'bigint' })
  pointsVersion!: string;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
