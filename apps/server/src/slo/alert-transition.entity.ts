import type { AlertEvidence } from '@plimsoll/contract';
import type { AlertState, Severity, TransitionKind } from '@plimsoll/slo';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A transition that was handed to incidents. Unique by revision, group, tier, minute and new state: once is once. */
@Entity({ name: 'alert_transitions' })
export class AlertTransitionRow {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @Column({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  @Column({ name: 'group_key', type: 'text' })
  groupKey!: string;

  @Column({ type: 'text' })
  tier!: string;

  @Column({ type: 'text' })
  severity!: Severity;

  @Column({ type: 'timestamptz' })
  minute!: Date;

  @Column({ name: 'from_state', type: 'text' })
  fromState!: AlertState;

  @Column({ name: 'to_state', type: 'text' })
  toState!: AlertState;

  @Column({ type: 'text' })
  kind!: TransitionKind;

  @Column({ name: 'decided_at', type: 'timestamptz' })
  decidedAt!: Date;

  @Column({ type: 'jsonb' })
  evidence!: AlertEvidence;
}
