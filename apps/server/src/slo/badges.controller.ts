import { Controller, Delete, Get, Header, HttpCode, Inject, Param, Put } from '@nestjs/common';
import type { Badge, Project } from '@plimsoll/contract';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { BadgesService } from './badges.service.js';
import { ObjectivesService } from './objectives.service.js';

@Controller('api/v1')
export class BadgesController {
  constructor(
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(BadgesService) private readonly badges: BadgesService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('objectives/:slug/badge')
  async get(@CurrentProject() project: Project, @Param('slug') slug: string): Promise<Badge> {
    return this.badges.get(await this.objectives.get(project.id, slug));
  }

  @Put('objectives/:slug/badge')
  async put(@CurrentPrincipal() principal: Principal, @Param('slug') slug: string): Promise<Badge> {
    const badge = await this.badges.put(await this.objectives.get(principal.project.id, slug), principal.actor);
    await this.audit.record(principal, { action: 'objective.badge_on', subject: slug });
    return badge;
  }

  @Delete('objectives/:slug/badge')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('slug') slug: string): Promise<void> {
    await this.badges.remove(await this.objectives.get(principal.project.id, slug));
    await this.audit.record(principal, { action: 'objective.badge_off', subject: slug });
  }

  /** Embedded by other sites: without a key, as a picture that can do nothing. */
  @Get('badges/:file')
  @Header('content-type', 'image/svg+xml; charset=utf-8')
  @Header('cache-control', 'public, max-age=60')
  @Header('content-security-policy', `default-src 'none'; sandbox`)
  @Header('cross-origin-resource-policy', 'cross-origin')
  @Header('x-content-type-options', 'nosniff')
  draw(@Param('file') file: string): Promise<string> {
    return this.badges.draw(file);
  }
}
