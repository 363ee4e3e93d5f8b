import { Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { incidentAction, incidentCallsQuery, incidentExport, incidentQuery, type Project } from '@plimsoll/contract';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { exportCsv, exportJson, exportMarkdown, exportTraces } from './incident-export.js';
import { summaryOf } from './incident-mapping.js';
import { IncidentCourseService } from './incident-course.service.js';
import { IncidentTransferService } from './incident-transfer.service.js';
import { IncidentReader } from './incident-reader.js';
import { type IncidentAction, IncidentService } from './incident.service.js';

const exportQuery = z.object({ format: z.enum(['md', 'json', 'csv', 'traces']).default('md') });
type Format = z.output<typeof exportQuery>['format'];

const written: Record<Format, { readonly type: string; readonly extension: string }> = {
  md: { type: 'text/markdown', extension: 'md' },
  json: { type: 'application/json', extension: 'json' },
  csv: { type: 'text/csv', extension: 'csv' },
  traces: { type: 'application/jsonl', extension: 'jsonl' },
};

@Controller('api/v1/incidents')
export class IncidentsController {
  constructor(
    @Inject(IncidentReader) private readonly reader: IncidentReader,
    @Inject(IncidentService) private readonly incidents: IncidentService,
    @Inject(IncidentTransferService) private readonly transfer: IncidentTransferService,
    @Inject(IncidentCourseService) private readonly course: IncidentCourseService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project, @ZodQuery(incidentQuery) query: z.output<typeof incidentQuery>) {
    return this.reader.list(project.id, query);
  }

  @Get(':id')
  detail(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reader.detail(project.id, id);
  }

  @Post('import')
  async import(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(incidentExport) body: z.output<typeof incidentExport>,
  ) {
    const incident = await this.transfer.importFrom(principal.project.id, body);
    const detail = { from: body.incident.id };
    await this.audit.record(principal, { action: 'incident.import', subject: incident.reference, detail });
    return incident;
  }

  @Get(':id/calls')
  calls(
    @CurrentProject() project: Project,
    @Param('id') id: string,
    @ZodQuery(incidentCallsQuery) query: z.output<typeof incidentCallsQuery>,
  ) {
    return this.reader.calls(project.id, id, query);
  }

  @Get(':id/examples')
  examples(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reader.examples(project.id, id);
  }

  @Get(':id/course')
  courseOf(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.course.of(project, id);
  }

  @Post(':id/actions')
  @HttpCode(200)
  async act(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @ZodBody(incidentAction) action: IncidentAction,
  ) {
    const incident = await this.reader.find(principal.project.id, id);
    await this.incidents.act(principal.project.id, incident.id, principal.actor, action);
    return this.reader.detail(principal.project.id, incident.id);
  }

  @Get(':id/export')
  async export(
    @CurrentProject() project: Project,
    @Param('id') id: string,
    @ZodQuery(exportQuery) query: z.output<typeof exportQuery>,
    @Res() reply: FastifyReply,
  ) {
    const { reference } = summaryOf(await this.reader.find(project.id, id), []);
    const { type, extension } = written[query.format];
    return reply
      .header('content-type', `${type}; charset=utf-8`)
      .header('content-disposition', `attachment; filename="${reference}.${extension}"`)
      .send(await this.write(project.id, id, query.format));
  }

  private async write(projectId: string, id: string, format: Format): Promise<string> {
    switch (format) {
      case 'md':
        return exportMarkdown(await this.reader.detail(projectId, id));
      case 'json':
        return exportJson(await this.transfer.exportOf(projectId, id));
      case 'csv':
        return exportCsv(await this.reader.detail(projectId, id));
      case 'traces':
        return exportTraces(await this.reader.badCalls(projectId, id));
    }
  }
}
