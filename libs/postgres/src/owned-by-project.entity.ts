import { Column, CreateDateColumn, PrimaryGeneratedColumn } from 'typeorm';

/** Base of every entity that belongs to a project: all reads and writes are scoped by `projectId`. */
export abstract class OwnedByProject {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
