import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Result of the last self-test of a revision. */
@Entity({ name: 'objective_self_tests' })
export class ObjectiveSelfTest {
  @PrimaryColumn({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  @Column({ name: 'tested_at', type: 'timestamptz' })
  testedAt!: Date;

  @Column({ type: 'boolean' })
  ok!: boolean;

  @Column({ type: 'text' })
  detail!: string;
}
