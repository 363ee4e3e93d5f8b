import { Inject, Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { AuditEntity } from './access.entity.js';

export interface AuditFact {
  /** What was done, as `<thing>.<verb>`: `api_key.revoke`. */
  readonly action: string;
  /** Name or id of the thing. */
  readonly subject: string;
  /** Never a secret. */
  readonly detail?: Record<string, unknown>;
}

/** Append-only record of who changed what. */
@Injectable()
export class AuditService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async record(principal: Principal, fact: AuditFact): Promise<void> {
    await this.dataSource.getRepository(AuditEntity).insert({
      organisationId: principal.organisationId,
      projectId: principal.project.id,
      actor: principal.actor,
      action: fact.action,
      subject: fact.subject,
      // TypeORM's insert type rejects free-form JSON without this.
      detail: (fact.detail ?? {}) as object,
    });
  }

  /** Newest first, older than `before` when given. */
  async list(projectId: string, limit: number, before?: string): Promise<AuditEntity[]> {
    return this.dataSource.getRepository(AuditEntity).find({
      where: { projectId, ...(before === undefined ? {} : { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
