import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import {
  backtestRequest,
  objectiveWrite,
  pageQuery,
  rangeQuery,
  type ObjectiveWrite,
  type Project,
} from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodPipe, ZodQuery } from '../http/zod.pipe.js';
import { ObjectiveReports } from './objective-reports.service.js';
import { ObjectivesService } from './objectives.service.js';

const definition = new ZodPipe(objectiveWrite, 'body');

@Controller('api/v1/objectives')
export class SloController {
  constructor(
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(ObjectiveReports) private readonly reports: ObjectiveReports,
  ) {}

  @Get()
  list(@CurrentProject() project: Project, @ZodQuery(pageQuery) query: z.output<typeof pageQuery>) {
    return this.reports.list(project.id, query);
  }

  @Post()
  async create(@CurrentPrincipal() { project, actor }: Principal, @Body(definition) body: ObjectiveWrite) {
    return this.reports.detail(await this.objectives.create(project, body, actor));
  }

  @Post('backtest')
  @HttpCode(200)
  backtest(
    @CurrentProject() project: Project,
    @Body(new ZodPipe(backtestRequest, 'body')) body: z.output<typeof backtestRequest>,
  ) {
    return this.reports.backtest(project.id, body);
  }

  @Get(':slug')
  async detail(@CurrentProject() project: Project, @Param('slug') slug: string) {
    return this.reports.detail(await this.objectives.get(project.id, slug));
  }

  @Put(':slug')
  async replace(
    @CurrentPrincipal() { project, actor }: Principal,
    @Param('slug') slug: string,
    @Body(definition) body: ObjectiveWrite,
  ) {
    return this.reports.detail(await this.objectives.replace(project, slug, body, actor));
  }

  @Delete(':slug')
  @HttpCode(204)
  retire(@CurrentProject() project: Project, @Param('slug') slug: string): Promise<void> {
    return this.objectives.retire(project.id, slug);
  }

  @Get(':slug/series')
  async series(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(rangeQuery) query: z.output<typeof rangeQuery>,
  ) {
    return this.reports.series(await this.objectives.get(project.id, slug), query);
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
