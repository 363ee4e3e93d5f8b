import { Inject, Injectable } from '@nestjs/common';
import { type apiKeyCreate, type apiKeyUpdate, PlimsollError, type Project, type Settings } from '@plimsoll/contract';
import { DataSource, LessThan } from 'typeorm';
import type { z } from 'zod';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { ApiKeyEntity, OrganisationEntity, ProjectEntity } from './access.entity.js';
import { projectOf } from './access.mapping.js';
import { AuditService } from './audit.service.js';
import { effectiveRetention, retentionMark } from './project-retention.js';
import { hashSecret, makeApiKey, shownPrefix } from './credentials.js';
import { KeyVerifier } from './key-verifier.js';

export interface ProjectFields {
  readonly name?: string | undefined;
  readonly slug?: string | undefined;
  readonly currency?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly simulated?: boolean | undefined;
  readonly spanRetentionDays?: number | null | undefined;
  readonly payloadRetentionDays?: number | null | undefined;
}

function slugOf(name: string): string {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return words.replaceAll(/^-+|-+$/g, '').slice(0, 80) || 'project';
}

function checkTimeZone(timeZone: string | undefined): void {
  if (timeZone === undefined) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new PlimsollError('invalid_input', `timeZone: "${timeZone}" is no IANA time zone`, {
      field: 'timeZone',
      cause,
    });
  }
}

function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Projects and API keys; everything is scoped by the principal's organisation or project. */
@Injectable()
export class AccessService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(KeyVerifier) private readonly verifier: KeyVerifier,
  ) {}

  async organisation(principal: Principal): Promise<{ id: string; name: string }> {
    const { id, name } = await this.dataSource
      .getRepository(OrganisationEntity)
      .findOneByOrFail({ id: principal.organisationId });
    return { id, name };
  }

  /** All projects of the organisation for a person; the key's own project for a key. */
  async projects(principal: Principal): Promise<Project[]> {
    if (principal.keyPrefix !== null) return [principal.project];
    const rows = await this.dataSource
      .getRepository(ProjectEntity)
      .find({ where: { organisationId: principal.organisationId }, order: { createdAt: 'ASC' } });
    return rows.map((row) => projectOf(row, this.settings));
  }

  /** @throws PlimsollError `conflict` when the slug is taken. */
  async createProject(principal: Principal, fields: ProjectFields & { name: string }): Promise<Project> {
    checkTimeZone(fields.timeZone);
    const projects = this.dataSource.getRepository(ProjectEntity);
    const { organisationId } = principal;
    const slug = fields.slug ?? slugOf(fields.name);
    if (await projects.existsBy({ organisationId, slug })) {
      throw new PlimsollError('conflict', `slug: a project "${slug}" exists already`, { field: 'slug' });
    }
    const row = await projects.save(
      projects.create({
        organisationId,
        slug,
        name: fields.name,
        simulated: fields.simulated ?? false,
        currency: fields.currency ?? 'USD',
        timeZone: fields.timeZone ?? 'UTC',
        payloadRetentionDays: null,
        spanRetentionDays: null,
      }),
    );
    await this.audit.record(principal, { action: 'project.create', subject: slug });
    return projectOf(row, this.settings);
  }

  /** @throws PlimsollError `not_found` for a project of somebody else or of nobody. */
  async updateProject(principal: Principal, id: string, fields: ProjectFields): Promise<Project> {
    checkTimeZone(fields.timeZone);
    const projects = this.dataSource.getRepository(ProjectEntity);
    const reachable = (await this.projects(principal)).find((project) => project.id === id || project.slug === id);
    if (reachable === undefined)
      throw new PlimsollError('not_found', `project "${id}": no such project`, { field: 'id' });
    const { name, currency, timeZone, spanRetentionDays, payloadRetentionDays } = fields;
    const changes = given({ name, currency, timeZone, spanRetentionDays, payloadRetentionDays });
    if (Object.keys(changes).length > 0) {
      const row = await projects.findOneByOrFail({ id: reachable.id });
      const { retentionDaysBefore, retentionChangedAt, payloadRetentionDays: payloadDays } = row;
      const wanted = spanRetentionDays === undefined ? row.spanRetentionDays : spanRetentionDays;
      const own = { spanRetentionDays: wanted, payloadRetentionDays: payloadDays };
      const { spanDays } = effectiveRetention(own, this.settings);
      const before = { spanDays: reachable.spanRetentionDays, retentionDaysBefore, retentionChangedAt };
      await projects.update({ id: reachable.id }, { ...changes, ...retentionMark(before, spanDays, new Date()) });
    }
    await this.audit.record(principal, { action: 'project.update', subject: reachable.slug, detail: changes });
    this.verifier.forget();
    return projectOf(await projects.findOneByOrFail({ id: reachable.id }), this.settings);
  }

  /** Newest first, made before `before` when given. */
  async keys(principal: Principal, limit: number, before?: Date): Promise<ApiKeyEntity[]> {
    return this.dataSource.getRepository(ApiKeyEntity).find({
      where: { projectId: principal.project.id, ...(before === undefined ? {} : { createdAt: LessThan(before) }) },
      order: { createdAt: 'DESC' },
      take: limit,
    });
  }

  /** @returns the stored key and the whole secret, which is kept nowhere. */
  async createKey(
    principal: Principal,
    { name, scopes, rateLimit = null }: z.output<typeof apiKeyCreate>,
  ): Promise<{ key: ApiKeyEntity; secret: string }> {
    const secret = makeApiKey();
    const keys = this.dataSource.getRepository(ApiKeyEntity);
    const prefix = shownPrefix(secret);
    const projectId = principal.project.id;
    const key = await keys.save(
      keys.create({ projectId, name, prefix, hash: hashSecret(secret), scopes: [...new Set(scopes)], rateLimit }),
    );
    await this.audit.record(principal, {
      action: 'api_key.create',
      subject: prefix,
      detail: { name, scopes, rateLimit },
    });
    return { key: await keys.findOneByOrFail({ id: key.id }), secret };
  }

  /** @throws PlimsollError `not_found` for a key of another project, `conflict` for a revoked one. */
  async changeKey(principal: Principal, id: string, changes: z.output<typeof apiKeyUpdate>): Promise<ApiKeyEntity> {
    const key = await this.keyOf(principal, id);
    if (key.revokedAt !== null) {
      throw new PlimsollError('conflict', `key "${key.prefix}" is revoked: it cannot be changed`, { field: 'id' });
    }
    const keys = this.dataSource.getRepository(ApiKeyEntity);
    if (Object.keys(changes).length > 0) {
      await keys.update({ id: key.id }, changes);
      await this.audit.record(principal, { action: 'api_key.update', subject: key.prefix, detail: changes });
      this.verifier.forget();
    }
    return keys.findOneByOrFail({ id: key.id });
  }

  /** @throws PlimsollError `not_found` for a key of another project. */
  async revokeKey(principal: Principal, id: string): Promise<void> {
    const key = await this.keyOf(principal, id);
    if (key.revokedAt === null) {
      await this.dataSource.getRepository(ApiKeyEntity).update({ id: key.id }, { revokedAt: new Date() });
      await this.audit.record(principal, { action: 'api_key.revoke', subject: key.prefix });
    }
    this.verifier.forget();
  }

  private async keyOf(principal: Principal, id: string): Promise<ApiKeyEntity> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const keys = this.dataSource.getRepository(ApiKeyEntity);
    const key = isUuid ? await keys.findOneBy({ id, projectId: principal.project.id }) : null;
    if (key === null) throw new PlimsollError('not_found', `key "${id}": no such key in this project`, { field: 'id' });
    return key;
  }
}
