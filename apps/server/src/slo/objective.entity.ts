import { Column, Entity } from 'typeorm';
import { OwnedByProject } from '@plimsoll/postgres';

/** The lasting identity of an objective; what it says is in its revisions. */
@Entity({ name: 'objectives' })
export class Objective extends OwnedByProject {
  @Column({ type: 'text' })
  slug!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  /** Set when it was deleted; its history stays. */
  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;
}
