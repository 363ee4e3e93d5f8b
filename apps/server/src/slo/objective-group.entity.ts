import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A group-by value that has its own row: first come, first served, at most 100 a revision; the rest is `other`. */
@Entity({ name: 'objective_groups' })
export class ObjectiveGroup {
  @PrimaryColumn({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  @PrimaryColumn({ name: 'group_key', type: 'text' })
  groupKey!: string;

  @Column({ name: 'admitted_at', type: 'timestamptz', default: () => 'now()' })
  admittedAt!: Date;
}
