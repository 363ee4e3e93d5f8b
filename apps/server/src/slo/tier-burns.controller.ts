import { Controller, Get, Inject, Param } from '@nestjs/common';
import { type Project, rangeQuery, type TierBurns } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { ObjectivesService } from './objectives.service.js';
import { TierBurnsService } from './tier-burns.service.js';

@Controller('api/v1/objectives')
export class TierBurnsController {
  constructor(
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(TierBurnsService) private readonly service: TierBurnsService,
  ) {}

  @Get(':slug/burns')
  async burns(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(rangeQuery) query: z.output<typeof rangeQuery>,
  ): Promise<TierBurns> {
    return this.service.burns(await this.objectives.get(project.id, slug), query);
  }
}
