import { Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { type Project, runbookActionWrite, runbookRunCreate, runbookStepTick, runbookWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentRunbookService } from './incident-runbook.service.js';
import { RunbooksService } from './runbooks.service.js';

/** Runbooks, and what is done by them. */
@Controller('api/v1')
export class RunbooksController {
  constructor(
    @Inject(RunbooksService) private readonly runbooks: RunbooksService,
    @Inject(IncidentRunbookService) private readonly incidentRunbooks: IncidentRunbookService,
    @Inject(IncidentReader) private readonly reader: IncidentReader,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('runbooks')
  list(@CurrentProject() project: Project) {
    return this.runbooks.list(project.id);
  }

  @Post('runbooks')
  async save(@CurrentPrincipal() principal: Principal, @ZodBody(runbookWrite) body: z.output<typeof runbookWrite>) {
    const saved = await this.runbooks.save(principal.project.id, body);
    await this.audit.record(principal, { action: 'runbook.save', subject: body.name });
    return saved;
  }

  @Delete('runbooks/:id')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.runbooks.remove(principal.project.id, 'runbook', id);
    await this.audit.record(principal, { action: 'runbook.remove', subject: id });
  }

  @Get('runbook-actions')
  actions(@CurrentProject() project: Project) {
    return this.runbooks.actions(project.id);
  }

  @Post('runbook-actions')
  async saveAction(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(runbookActionWrite) body: z.output<typeof runbookActionWrite>,
  ) {
    const saved = await this.runbooks.saveAction(principal.project.id, body);
    const detail = { host: saved.host, parameters: saved.parameters };
    await this.audit.record(principal, { action: 'runbook_action.save', subject: body.name, detail });
    return saved;
  }

  @Delete('runbook-actions/:id')
  @HttpCode(204)
  async removeAction(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.runbooks.remove(principal.project.id, 'action', id);
    await this.audit.record(principal, { action: 'runbook_action.remove', subject: id });
  }

  @Post('incidents/:id/runbook-steps')
  @HttpCode(200)
  async tick(
    @CurrentPrincipal() { project, actor }: Principal,
    @Param('id') id: string,
    @ZodBody(runbookStepTick) body: z.output<typeof runbookStepTick>,
  ) {
    const incident = await this.reader.find(project.id, id);
    await this.incidentRunbooks.tick(incident, actor, body);
    return this.incidentRunbooks.viewOf(incident);
  }

  @Post('incidents/:id/runbook-runs')
  @HttpCode(200)
  async run(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @ZodBody(runbookRunCreate) body: z.output<typeof runbookRunCreate>,
    @Headers('idempotency-key') requestKey?: string,
  ) {
    const incident = await this.reader.find(principal.project.id, id);
    const caller = { actor: principal.actor, requestKey: requestKey ?? null };
    const run = await this.incidentRunbooks.run(incident, body, caller);
    if (run.status === 'preview') return run;
    const detail = { incident: incident.id, parameters: run.parameters, status: run.status };
    await this.audit.record(principal, { action: 'runbook_action.run', subject: run.action, detail });
    return run;
  }
}
