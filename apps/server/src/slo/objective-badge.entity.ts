import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The switch that lets the budget of an objective be seen without a key. */
@Entity({ name: 'objective_badges' })
export class ObjectiveBadge {
  @PrimaryColumn({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @Column({ type: 'text' })
  token!: string;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
