import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The decision that an objective watches over asks to be looked at again; one review at a time. */
@Entity({ name: 'decision_reviews' })
export class DecisionReview {
  @PrimaryColumn({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'due_since', type: 'timestamptz' })
  dueSince!: Date;

  @Column({ type: 'text' })
  cause!: string;

  @Column({ name: 'done_at', type: 'timestamptz', nullable: true })
  doneAt!: Date | null;

  @Column({ name: 'done_by', type: 'text', nullable: true })
  doneBy!: string | null;
}
