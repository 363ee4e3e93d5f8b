import type { DriftEvaluation } from '@plimsoll/contract';
import type { DriftAlarm, Window } from '@plimsoll/drift';
import { OwnedByProject } from '@plimsoll/postgres';
import { Column, Entity } from 'typeorm';

/** A reference as it was measured once: numbers and labels, no texts. */
export interface FrozenReference {
  readonly window: Window;
  readonly from: string;
  readonly to: string;
  readonly promptVersion: string;
  /** Which way is better, by name of the score. */
  readonly directions: Readonly<Record<string, 'higher' | 'lower'>>;
  /** SHA-256 of the window's JSON, hex: what was compared can be proven. */
  readonly hash: string;
}

/** A feature that is watched. */
@Entity('drift_monitors')
export class DriftMonitorEntity extends OwnedByProject {
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  feature!: string;

  @Column({ type: 'text' })
  reference!: 'fixed' | 'rolling';

  @Column({ name: 'reference_days', type: 'integer' })
  referenceDays!: number;

  @Column({ name: 'current_hours', type: 'integer' })
  currentHours!: number;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ type: 'jsonb', nullable: true })
  frozen!: FrozenReference | null;

  @Column({ type: 'jsonb', default: { active: false, run: 0 } })
  alarm!: DriftAlarm;

  @Column({ name: 'last_run_at', type: 'timestamptz', nullable: true })
  lastRunAt!: Date | null;

  @Column({ name: 'hidden_at', type: 'timestamptz', nullable: true })
  hiddenAt!: Date | null;
}

export interface ExampleKey {
  readonly traceId: string;
  readonly spanId: string;
  /** Nanoseconds since the epoch. */
  readonly timeNs: string;
  readonly promptVersion: string;
  readonly model: string;
}

export interface ExampleKeys {
  readonly before: readonly ExampleKey[];
  readonly after: readonly ExampleKey[];
}

/** One comparison as it was made; never changed but by comparing the same window again. */
@Entity('drift_reports')
export class DriftReportEntity extends OwnedByProject {
  @Column({ name: 'monitor_id', type: 'uuid' })
  monitorId!: string;

  @Column({ type: 'text' })
  feature!: string;

  @Column({ type: 'text' })
  verdict!: DriftEvaluation['verdict'];

  @Column({ type: 'text' })
  headline!: string;

  @Column({ name: 'reference_from', type: 'timestamptz' })
  referenceFrom!: Date;

  @Column({ name: 'reference_to', type: 'timestamptz' })
  referenceTo!: Date;

  @Column({ name: 'current_from', type: 'timestamptz' })
  currentFrom!: Date;

  @Column({ name: 'current_to', type: 'timestamptz' })
  currentTo!: Date;

  @Column({ name: 'reference_title', type: 'text' })
  referenceTitle!: string;

  @Column({ name: 'n_reference', type: 'integer' })
  nReference!: number;

  @Column({ name: 'n_current', type: 'integer' })
  nCurrent!: number;

  @Column({ type: 'integer' })
  moved!: number;

  @Column({ type: 'integer' })
  signals!: number;

  @Column({ type: 'jsonb' })
  evaluation!: DriftEvaluation;

  @Column({ type: 'jsonb' })
  examples!: ExampleKeys;
}
