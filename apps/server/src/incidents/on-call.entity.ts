import type { EscalationPolicyWrite, rotationWrite } from '@plimsoll/contract';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { z } from 'zod';

/** How a person is reached. */
@Entity('contacts')
export class ContactEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'channel_id', type: 'uuid' })
  channelId!: string;

  @Column({ type: 'text', nullable: true })
  email!: string | null;
}

/** People who take turns by the week. */
@Entity('rotations')
export class RotationEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  definition!: z.output<typeof rotationWrite>;
}

/** Whom to tell, and how long to wait, when nobody acknowledges. */
@Entity('escalation_policies')
export class EscalationPolicyEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  definition!: EscalationPolicyWrite;
}

export const onCallEntities = [ContactEntity, RotationEntity, EscalationPolicyEntity];
