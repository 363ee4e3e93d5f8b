import { OwnedByProject } from '@plimsoll/postgres';
import type { ReplyMode, SamplingRule } from '@plimsoll/scoring';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A scorer of a project; what it does is in its versions. */
@Entity('scorers')
export class ScorerEntity extends OwnedByProject {
  @Column({ type: 'text' })
  slug!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** The version in force. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  /** Set when it was deleted. */
  @Column({ name: 'hidden_at', type: 'timestamptz', nullable: true })
  hiddenAt!: Date | null;
}

export interface ScorerFilter {
  features?: string[] | undefined;
  kinds?: string[] | undefined;
}

/** One immutable version of a scorer. */
@Entity('scorer_versions')
export class ScorerVersionEntity {
  @PrimaryColumn({ name: 'scorer_id', type: 'uuid' })
  scorerId!: string;

  @PrimaryColumn({ type: 'integer' })
  version!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'jsonb' })
  settings!: Record<string, unknown>;

  @Column({ type: 'jsonb' })
  filter!: ScorerFilter;

  @Column({ name: 'sample_rate', type: 'double precision' })
  sampleRate!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;
}

/** What raises a judge's probability; a new version is a new draw. */
@Entity('sampling_policies')
export class SamplingPolicyEntity {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @PrimaryColumn({ type: 'integer' })
  version!: number;

  @Column({ type: 'jsonb' })
  rules!: SamplingRule[];

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}

/** An OpenAI-compatible model that grades. */
@Entity('judge_endpoints')
export class JudgeEndpointEntity extends OwnedByProject {
  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'base_url', type: 'text' })
  baseUrl!: string;

  @Column({ type: 'text' })
  model!: string;

  @Column({ name: 'api_key', type: 'text', nullable: true })
  apiKey!: string | null;

  /** Decimal USD a day. */
  @Column({ name: 'daily_budget', type: 'numeric', nullable: true })
  dailyBudget!: string | null;

  @Column({ name: 'reply_mode', type: 'text' })
  replyMode!: ReplyMode;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'last_error_at', type: 'timestamptz', nullable: true })
  lastErrorAt!: Date | null;
}
