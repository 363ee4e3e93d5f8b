import { Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { judgeEndpointWrite, type Project, rangeQuery, scorerWrite } from '@plimsoll/contract';
import { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { JudgesService } from './judges.service.js';
import { ScorersService } from './scorers.service.js';
import { ScoresService } from './scores.service.js';

const coverageQuery = rangeQuery.extend({ feature: z.string().optional() });

@Controller('api/v1')
export class ScorersController {
  constructor(
    @Inject(ScorersService) private readonly scorers: ScorersService,
    @Inject(JudgesService) private readonly judges: JudgesService,
    @Inject(ScoresService) private readonly scores: ScoresService,
  ) {}

  @Get('scorers')
  async list(@CurrentProject() project: Project) {
    return { items: await this.scorers.list(project.id), nextCursor: null };
  }

  @Put('scorers/:slug')
  put(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @Param('slug') slug: string,
    @ZodBody(scorerWrite) write: z.output<typeof scorerWrite>,
  ) {
    return this.scorers.put(project.id, slug, write, principal.actor);
  }

  @Delete('scorers/:slug')
  @HttpCode(204)
  async hide(@CurrentProject() project: Project, @Param('slug') slug: string): Promise<void> {
    await this.scorers.hide(project.id, slug);
  }

  @Get('scorer-kinds')
  kinds() {
    return { items: this.scorers.kinds(), nextCursor: null };
  }

  @Get('scoring/coverage')
  async coverage(@CurrentProject() project: Project, @ZodQuery(coverageQuery) query: z.output<typeof coverageQuery>) {
    return { items: await this.scores.coverage(project.id, query), nextCursor: null };
  }

  @Get('judges')
  async listJudges(@CurrentProject() project: Project) {
    return { items: await this.judges.list(project.id), nextCursor: null };
  }

  @Put('judges/:id')
  putJudge(
    @CurrentProject() project: Project,
    @Param('id') id: string,
    @ZodBody(judgeEndpointWrite) write: z.output<typeof judgeEndpointWrite>,
  ) {
    return this.judges.put(project.id, id, write);
  }
}
