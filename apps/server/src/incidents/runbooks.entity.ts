import type { runbookWrite } from '@plimsoll/contract';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { z } from 'zod';

/** What to do, for whom. */
@Entity('runbooks')
export class RunbookEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  definition!: z.output<typeof runbookWrite>;
}

/** A call that runbooks may make. */
@Entity('runbook_actions')
export class RunbookActionEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  title!: string;

  /** Sealed, as the secret is. */
  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', nullable: true })
  secret!: string | null;

  @Column({ type: 'jsonb' })
  parameters!: Record<string, string>;

  @Column({ name: 'allow_private', type: 'boolean' })
  allowPrivate!: boolean;
}

/** What came of a call. */
@Entity('runbook_runs')
export class RunbookRunEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'incident_id', type: 'uuid' })
  incidentId!: string;

  @Column({ type: 'text' })
  action!: string;

  @Column({ name: 'request_key', type: 'text', nullable: true })
  requestKey!: string | null;

  @Column({ type: 'text' })
  host!: string;

  @Column({ type: 'jsonb' })
  parameters!: Record<string, string>;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  status!: 'running' | 'succeeded' | 'failed';

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @CreateDateColumn({ name: 'started_at', type: 'timestamptz' })
  startedAt!: Date;
}

export const runbookEntities = [RunbookEntity, RunbookActionEntity, RunbookRunEntity];
