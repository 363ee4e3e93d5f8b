import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError, type scrapeTarget, type scrapeTargetWrite, type Settings } from '@plimsoll/contract';
import { readScrapeAllowList, refuseScrapeAddress } from '@plimsoll/gpu';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { ScrapeTargetEntity } from './gpu.entity.js';

type Target = z.output<typeof scrapeTarget>;
type TargetWrite = z.output<typeof scrapeTargetWrite>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const mostTargets = 500;

export function targetOf(entity: ScrapeTargetEntity): Target {
  return {
    id: entity.id,
    url: entity.url,
    kind: entity.kind,
    name: entity.name,
    intervalSeconds: entity.intervalSeconds,
    ...(entity.pool === null ? {} : { pool: entity.pool }),
  };
}

/** Pages to scrape. Their addresses are input of users: only listed hosts are taken, and checked again when connecting. */
@Injectable()
export class TargetsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  async list(projectId: string): Promise<{ items: Target[]; nextCursor: null }> {
    const rows = await this.dataSource
      .getRepository(ScrapeTargetEntity)
      .find({ where: { projectId }, order: { name: 'ASC' } });
    return { items: rows.map(targetOf), nextCursor: null };
  }

  /** A target of the same name is replaced. */
  async set(principal: Principal, body: TargetWrite): Promise<Target> {
    const url = this.checkedUrl(body.url);
    const repository = this.dataSource.getRepository(ScrapeTargetEntity);
    const projectId = principal.project.id;
    const name = body.name ?? `${url.host}${url.pathname}`.slice(0, 80);
    if ((await repository.countBy({ projectId })) >= mostTargets) {
      throw new PlimsollError('conflict', `a project may have at most ${mostTargets} scrape targets`);
    }
    const { kind, intervalSeconds, pool = null } = body;
    await repository.upsert({ projectId, name, url: url.href, kind, intervalSeconds, pool, lastScrapedAt: null }, [
      'projectId',
      'name',
    ]);
    await this.audit.record(principal, { action: 'scrape_target.set', subject: name, detail: { url: url.href, kind } });
    return targetOf(await repository.findOneByOrFail({ projectId, name }));
  }

  async remove(principal: Principal, id: string): Promise<void> {
    const repository = this.dataSource.getRepository(ScrapeTargetEntity);
    const found = uuid.test(id) ? await repository.delete({ id, projectId: principal.project.id }) : { affected: 0 };
    if (found.affected !== 1) throw new PlimsollError('not_found', `no scrape target ${id}`);
    await this.audit.record(principal, { action: 'scrape_target.remove', subject: id });
  }

  private checkedUrl(text: string): URL {
    const field = 'url';
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new PlimsollError('invalid_input', `url: ${url.protocol} is not http or https`, { field });
    }
    if (url.username !== '' || url.password !== '') {
      throw new PlimsollError('invalid_input', 'url: must not carry a user name or password', { field });
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A name's addresses are checked when it is connected to; what is wrong already is said at once.
    const allow = readScrapeAllowList(this.settings.scrapeAllow);
    const ranges = allow.entries.some((entry) => entry.includes('/'));
    const literal = /^[\d.]+$|:/.test(host);
    const refusal = literal || !ranges ? refuseScrapeAddress(allow, host, literal ? host : '192.0.2.1') : null;
    if (refusal !== null) throw new PlimsollError('invalid_input', `url: ${refusal}`, { field });
    return url;
  }
}
