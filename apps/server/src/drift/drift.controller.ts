import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { driftMonitorWrite, pageQuery, type Project } from '@plimsoll/contract';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { driftCsv, driftHtml } from './drift-export.js';
import { ReportsService } from './reports.service.js';

const reportQuery = pageQuery.extend({ feature: z.string().optional() });
const exportQuery = z.object({ format: z.enum(['html', 'csv', 'json']).default('html') });

@Controller('api/v1/drift')
export class DriftController {
  constructor(
    @Inject(ReportsService) private readonly reports: ReportsService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('reports')
  list(@CurrentProject() project: Project, @ZodQuery(reportQuery) query: z.output<typeof reportQuery>) {
    return this.reports.list(project.id, query);
  }

  @Get('reports/:id')
  read(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reports.read(project.id, id);
  }

  @Get('reports/:id/export')
  async export(
    @CurrentProject() project: Project,
    @Param('id') id: string,
    @ZodQuery(exportQuery) { format }: z.output<typeof exportQuery>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const report = await this.reports.read(project.id, id);
    const made = {
      html: { type: 'text/html; charset=utf-8', body: () => driftHtml(report) },
      csv: { type: 'text/csv; charset=utf-8', body: () => driftCsv(report) },
      json: { type: 'application/json; charset=utf-8', body: () => JSON.stringify(report) },
    }[format];
    await reply
      .header('content-type', made.type)
      .header('content-disposition', `attachment; filename="drift-${report.id}.${format}"`)
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(made.body());
  }

  @Get('monitors')
  async monitors(@CurrentProject() project: Project) {
    return { items: await this.reports.monitors(project.id), nextCursor: null };
  }

  @Post('monitors')
  @HttpCode(200)
  async watch(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @ZodBody(driftMonitorWrite) write: z.output<typeof driftMonitorWrite>,
  ) {
    const monitor = await this.reports.watch(project.id, write);
    await this.audit.record(principal, { action: 'drift_monitor.create', subject: monitor.name });
    return monitor;
  }

  @Post('monitors/:id/run')
  @HttpCode(200)
  run(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.reports.run(project.id, id, new Date());
  }

  @Delete('monitors/:id')
  @HttpCode(204)
  async unwatch(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
  ): Promise<void> {
    await this.reports.unwatch(project.id, id);
    await this.audit.record(principal, { action: 'drift_monitor.delete', subject: id });
  }
}
