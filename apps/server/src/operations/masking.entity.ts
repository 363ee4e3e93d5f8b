import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A project's own masking policy; a project without one follows the installation's setting. */
@Entity('masking_policies')
export class MaskingPolicyEntity {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  mode!: 'off' | 'on' | 'drop-content';

  @Column({ name: 'detectors_off', type: 'text', array: true })
  detectorsOff!: string[];

  @Column({ type: 'jsonb' })
  rules!: { id: string; pattern: string; ignoreCase: boolean }[];

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}

/** The secret from which a project's pseudonyms are made. It is never changed: names would no longer fall together. */
@Entity('masking_keys')
export class MaskingKeyEntity {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'name_key', type: 'bytea' })
  nameKey!: Buffer;
}

export const maskingEntities = [MaskingPolicyEntity, MaskingKeyEntity] as const;
