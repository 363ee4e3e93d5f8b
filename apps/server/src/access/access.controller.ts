import { Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import {
  type ApiKey,
  apiKeyCreate,
  apiKeyUpdate,
  pageQuery,
  type Project,
  projectCreate,
  projectUpdate,
} from '@plimsoll/contract';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { apiKeyOf } from './access.mapping.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';

type PageQuery = z.output<typeof pageQuery>;

/** Projects, keys and the audit log. */
@Controller('api/v1')
export class AccessController {
  constructor(
    @Inject(AccessService) private readonly access: AccessService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('projects')
  async projects(@CurrentPrincipal() principal: Principal): Promise<{ items: Project[]; nextCursor: null }> {
    return { items: await this.access.projects(principal), nextCursor: null };
  }

  @Post('projects')
  createProject(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(projectCreate) body: z.output<typeof projectCreate>,
  ): Promise<Project> {
    return this.access.createProject(principal, body);
  }

  @Patch('projects/:id')
  updateProject(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @ZodBody(projectUpdate) body: z.output<typeof projectUpdate>,
  ): Promise<Project> {
    return this.access.updateProject(principal, id, body);
  }

  @Get('keys')
  async keys(@CurrentPrincipal() principal: Principal, @ZodQuery(pageQuery) query: PageQuery) {
    const before = query.cursor === undefined ? undefined : new Date(decodeCursor(query.cursor, z.iso.datetime()));
    const rows = await this.access.keys(principal, query.limit + 1, before);
    const items = rows.slice(0, query.limit).map(apiKeyOf);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > query.limit && last !== undefined ? encodeCursor(last.createdAt) : null };
  }

  @Post('keys')
  async createKey(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(apiKeyCreate) body: z.output<typeof apiKeyCreate>,
  ): Promise<ApiKey & { secret: string }> {
    const { key, secret } = await this.access.createKey(principal, body);
    return { ...apiKeyOf(key), secret };
  }

  @Patch('keys/:id')
  async changeKey(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @ZodBody(apiKeyUpdate) body: z.output<typeof apiKeyUpdate>,
  ): Promise<ApiKey> {
    return apiKeyOf(await this.access.changeKey(principal, id, body));
  }

  @Delete('keys/:id')
  @HttpCode(204)
  async revokeKey(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    await this.access.revokeKey(principal, id);
  }

  @Get('audit')
  async auditLog(@CurrentPrincipal() principal: Principal, @ZodQuery(pageQuery) query: PageQuery) {
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor, z.string().regex(/^\d+$/));
    const rows = await this.audit.list(principal.project.id, query.limit + 1, before);
    const items = rows.slice(0, query.limit).map((row) => ({
      id: row.id,
      at: row.at.toISOString(),
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      detail: row.detail,
    }));
    const last = items.at(-1);
    return { items, nextCursor: rows.length > query.limit && last !== undefined ? encodeCursor(last.id) : null };
  }
}
