import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { SpanPosition } from './remap.queries.js';

/** Columns of PostgreSQL's bigint come as text; counts of spans fit a number. */
const count = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** A run that maps stored spans of one project again. */
@Entity('remaps')
export class RemapEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'from_at', type: 'timestamptz' })
  fromAt!: Date;

  @Column({ name: 'to_at', type: 'timestamptz' })
  toAt!: Date;

  @Column({ name: 'dry_run', type: 'boolean' })
  dryRun!: boolean;

  @Column({ type: 'text', default: 'waiting' })
  state!: 'waiting' | 'running' | 'done' | 'cancelled';

  /** The last span that is done; null before the first. */
  @Column({ type: 'jsonb', nullable: true })
  position!: SpanPosition | null;

  @Column({ type: 'bigint', nullable: true, transformer: count })
  total!: number | null;

  @Column({ type: 'bigint', default: 0, transformer: count })
  scanned!: number;

  @Column({ type: 'bigint', default: 0, transformer: count })
  changed!: number;

  @Column({ name: 'not_mappable', type: 'bigint', default: 0, transformer: count })
  notMappable!: number;

  @Column({ type: 'jsonb', default: {} })
  fields!: Record<string, number>;

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
