import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { type Project, silenceWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { SilencesService } from './silences.service.js';

@Controller('api/v1/silences')
export class SilencesController {
  constructor(
    @Inject(SilencesService) private readonly silences: SilencesService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.silences.list(project.id);
  }

  @Post()
  @HttpCode(201)
  async create(@CurrentPrincipal() principal: Principal, @ZodBody(silenceWrite) body: z.output<typeof silenceWrite>) {
    const created = await this.silences.create(principal.project.id, principal.actor, body);
    await this.audit.record(principal, { action: 'silence.create', subject: created.id, detail: { ...body } });
    return created;
  }

  @Delete(':id')
  @HttpCode(204)
  async end(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.silences.end(principal.project.id, id);
    await this.audit.record(principal, { action: 'silence.end', subject: id });
  }
}
