import { Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { type Incident, incidentAction, incidentQuery, type Project } from '@plimsoll/contract';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { exportCsv, exportJson, exportMarkdown } from './incident-export.js';
import { IncidentReader } from './incident-reader.js';
import { type IncidentAction, IncidentService } from './incident.service.js';

const exportQuery = z.object({ format: z.enum(['md', 'json', 'csv']).default('md') });

const exporters: Record<
  z.output<typeof exportQuery>['format'],
  { type: string; write: (incident: Incident) => string }
> = {
  md: { type: 'text/markdown; charset=utf-8', write: exportMarkdown },
  json: { type: 'application/json; charset=utf-8', write: exportJson },
  csv: { type: 'text/csv; charset=utf-8', write: exportCsv },
};

@Controller('api/v1/incidents')
export class IncidentsController {
  constructor(
    @Inject(IncidentReader) private readonly reader: IncidentReader,
    @Inject(IncidentService) private readonly incidents: IncidentService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project, @ZodQuery(incidentQuery) query: z.output<typeof incidentQuery>) {
    return this.reader.list(project.id, query);
  }

  @Get(':id')
  detail(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reader.detail(project.id, id);
  }

  @Get(':id/examples')
  examples(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reader.examples(project.id, id);
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
    const incident = await this.reader.detail(project.id, id);
    const { type, write } = exporters[query.format];
    return reply
      .header('content-type', type)
      .header('content-disposition', `attachment; filename="${incident.reference}.${query.format}"`)
      .send(write(incident));
  }
}
