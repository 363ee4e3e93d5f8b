import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import {
  backtestRequest,
  gateQuery,
  objectiveWrite,
  pageQuery,
  rangeQuery,
  samplingPlanQuery,
  type ObjectiveWrite,
  type Project,
} from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodPipe, ZodQuery } from '../http/zod.pipe.js';
import { ObjectiveReports } from './objective-reports.service.js';
import { ObjectiveTrials } from './objective-trials.service.js';
import { ObjectivesService } from './objectives.service.js';

const definition = new ZodPipe(objectiveWrite, 'body');

@Controller('api/v1/objectives')
export class SloController {
  constructor(
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(ObjectiveReports) private readonly reports: ObjectiveReports,
    @Inject(ObjectiveTrials) private readonly trials: ObjectiveTrials,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project, @ZodQuery(pageQuery) query: z.output<typeof pageQuery>) {
    return this.reports.list(project.id, query);
  }

  @Post()
  async create(@CurrentPrincipal() principal: Principal, @Body(definition) body: ObjectiveWrite) {
    const created = await this.objectives.create(principal.project, body, principal.actor);
    await this.audit.record(principal, { action: 'objective.create', subject: body.slug });
    return this.reports.detail(created);
  }

  @Post('backtest')
  @HttpCode(200)
  backtest(
    @CurrentProject() project: Project,
    @Body(new ZodPipe(backtestRequest, 'body')) body: z.output<typeof backtestRequest>,
  ) {
    return this.trials.backtest(project.id, body);
  }

  @Get(':slug')
  async detail(@CurrentProject() project: Project, @Param('slug') slug: string) {
    return this.reports.detail(await this.objectives.get(project.id, slug));
  }

  @Put(':slug')
  async replace(
    @CurrentPrincipal() principal: Principal,
    @Param('slug') slug: string,
    @Body(definition) body: ObjectiveWrite,
  ) {
    const current = await this.objectives.replace(principal.project, slug, body, principal.actor);
    const detail = { revision: current.revision.revision };
    await this.audit.record(principal, { action: 'objective.replace', subject: slug, detail });
    return this.reports.detail(current);
  }

  @Delete(':slug')
  @HttpCode(204)
  async retire(@CurrentPrincipal() principal: Principal, @Param('slug') slug: string): Promise<void> {
    await this.objectives.retire(principal.project.id, slug);
    await this.audit.record(principal, { action: 'objective.retire', subject: slug });
  }

  @Post(':slug/review')
  @HttpCode(200)
  async review(@CurrentPrincipal() principal: Principal, @Param('slug') slug: string) {
    const current = await this.objectives.get(principal.project.id, slug);
    await this.objectives.completeReview(current, principal.actor);
    await this.audit.record(principal, { action: 'objective.review', subject: slug });
    return this.reports.detail(current);
  }

  @Get(':slug/series')
  async series(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(rangeQuery) query: z.output<typeof rangeQuery>,
  ) {
    return this.reports.series(await this.objectives.get(project.id, slug), query);
  }

  @Get(':slug/gate')
  async gate(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(gateQuery) query: z.output<typeof gateQuery>,
  ) {
    return this.trials.gate(await this.objectives.get(project.id, slug), query);
  }

  @Get(':slug/sampling-plan')
  async samplingPlan(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(samplingPlanQuery) query: z.output<typeof samplingPlanQuery>,
  ) {
    return this.trials.samplingPlan(await this.objectives.get(project.id, slug), query);
  }

  @Get(':slug/spenders')
  async spenders(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(rangeQuery) query: z.output<typeof rangeQuery>,
  ) {
    return this.reports.spenders(await this.objectives.get(project.id, slug), query);
  }
}
