import { Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { judgeEndpointWrite, type Project, rangeQuery, scorerWrite } from '@plimsoll/contract';
import { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { JudgesService } from './judges.service.js';
import { ScorersService } from './scorers.service.js';
import { ScoresService } from './scores.service.js';
import { ScoringProgressService } from './scoring-progress.js';

const coverageQuery = rangeQuery.extend({ feature: z.string().optional() });

@Controller('api/v1')
export class ScorersController {
  constructor(
    @Inject(ScorersService) private readonly scorers: ScorersService,
    @Inject(JudgesService) private readonly judges: JudgesService,
    @Inject(ScoresService) private readonly scores: ScoresService,
    @Inject(ScoringProgressService) private readonly progress: ScoringProgressService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('scorers')
  async list(@CurrentProject() project: Project) {
    return { items: await this.scorers.list(project.id), nextCursor: null };
  }

  @Put('scorers/:slug')
  async put(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @Param('slug') slug: string,
    @ZodBody(scorerWrite) write: z.output<typeof scorerWrite>,
  ) {
    const scorer = await this.scorers.put(project.id, slug, write, principal.actor);
    await this.audit.record(principal, { action: 'scorer.put', subject: slug, detail: { version: scorer.version } });
    return scorer;
  }

  @Delete('scorers/:slug')
  @HttpCode(204)
  async hide(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @Param('slug') slug: string,
  ): Promise<void> {
    await this.scorers.hide(project.id, slug);
    await this.audit.record(principal, { action: 'scorer.hide', subject: slug });
  }

  @Get('scorer-kinds')
  kinds() {
    return { items: this.scorers.kinds(), nextCursor: null };
  }

  @Get('scoring/coverage')
  async coverage(@CurrentProject() project: Project, @ZodQuery(coverageQuery) query: z.output<typeof coverageQuery>) {
    return { items: await this.scores.coverage(project.id, query), nextCursor: null };
  }

  @Get('scoring/progress')
  readProgress() {
    return this.progress.read();
  }

  @Get('judges')
  async listJudges(@CurrentProject() project: Project) {
    return { items: await this.judges.list(project.id), nextCursor: null };
  }

  @Put('judges/:id')
  async putJudge(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @ZodBody(judgeEndpointWrite) write: z.output<typeof judgeEndpointWrite>,
  ) {
    const judge = await this.judges.put(project.id, id, write);
    const { baseUrl, model, dailyBudget } = judge;
    await this.audit.record(principal, {
      action: 'judge.put',
      subject: judge.name,
      detail: { baseUrl, model, dailyBudget },
    });
    return judge;
  }
}
