import { Controller, Delete, Get, HttpCode, Inject, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { exclusionWrite, type Project } from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { ExclusionsService } from './exclusions.service.js';

@Controller('api/v1/exclusions')
export class ExclusionsController {
  constructor(
    @Inject(ExclusionsService) private readonly exclusions: ExclusionsService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.exclusions.list(project.id);
  }

  @Post()
  @HttpCode(201)
  async create(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(exclusionWrite) body: z.output<typeof exclusionWrite>,
  ) {
    const created = await this.exclusions.create(principal.project.id, principal.actor, body);
    await this.audit.record(principal, { action: 'exclusion.create', subject: created.id, detail: { ...body } });
    return created;
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@CurrentPrincipal() principal: Principal, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.exclusions.revoke(principal.project.id, principal.actor, id);
    await this.audit.record(principal, { action: 'exclusion.revoke', subject: id });
  }
}
