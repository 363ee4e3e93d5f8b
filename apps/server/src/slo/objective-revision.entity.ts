import type { ObjectiveWrite } from '@plimsoll/contract';
import { OwnedByProject } from '@plimsoll/postgres';
import { Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { Objective } from './objective.entity.js';

/** What an objective said from one edit to the next. Its id names its points in ClickHouse. */
@Entity({ name: 'objective_revisions' })
export class ObjectiveRevision extends OwnedByProject {
  @Column({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @ManyToOne(() => Objective)
  @JoinColumn({ name: 'objective_id' })
  objective!: Relation<Objective>;

  @Column({ type: 'integer' })
  revision!: number;

  @Column({ type: 'jsonb' })
  definition!: ObjectiveWrite;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @Column({ name: 'superseded_at', type: 'timestamptz', nullable: true })
  supersededAt!: Date | null;

  /** Points exist from here on; null until the first are made. */
  @Column({ name: 'points_from', type: 'timestamptz', nullable: true })
  pointsFrom!: Date | null;

  @Column({ name: 'points_wanted_from', type: 'timestamptz' })
  pointsWantedFrom!: Date;
}
