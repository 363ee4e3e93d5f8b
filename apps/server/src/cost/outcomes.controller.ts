import { Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { oneOrMany, outcomeCreate, pageQuery, type Project, rangeQuery } from '@plimsoll/contract';
import { z } from 'zod';
import { CurrentProject } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { OutcomesService } from './outcomes.service.js';

const body = oneOrMany(outcomeCreate);
const query = pageQuery.extend(rangeQuery.shape).extend({ name: z.string().optional() });

@Controller('api/v1/outcomes')
export class OutcomesController {
  constructor(
    @Inject(OutcomesService) private readonly outcomes: OutcomesService,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
  ) {}

  @Post()
  @HttpCode(200)
  async record(
    @CurrentProject() project: Project,
    @ZodBody(body) events: z.output<typeof body>,
    @Headers('idempotency-key') key?: string,
  ) {
    const given = Array.isArray(events) ? events : [events];
    const masked = await this.masking.maskEntries(project.id, given, { names: ['name', 'key', 'feature', 'customer'] });
    const items = await this.outcomes.recordOnce(project.id, masked, key);
    return { items, nextCursor: null };
  }

  @Get()
  list(@CurrentProject() project: Project, @ZodQuery(query) asked: z.output<typeof query>) {
    return this.outcomes.list(project.id, asked);
  }
}
