import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a revision was stepped: the one row that moves with every closed minute. */
@Entity({ name: 'objective_steps' })
export class ObjectiveStep {
  @PrimaryColumn({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'stepped_minute', type: 'timestamptz' })
  steppedMinute!: Date;

  /** Hash of the points of the two hours before, as they were stepped. */
  @Column({ name: 'points_mark', type: 'text' })
  pointsMark!: string;

  /** Share of the budget that is left, by group key. */
  @Column({ type: 'jsonb' })
  budgets!: Record<string, number | null>;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
