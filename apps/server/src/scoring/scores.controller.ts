import { Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import {
  feedbackCreate,
  oneOrMany,
  pageQuery,
  type Project,
  rangeQuery,
  scoreCreate,
  scoreQuery,
} from '@plimsoll/contract';
import { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { FeedbackService } from './feedback.service.js';
import { ScoresService } from './scores.service.js';

const scoresBody = oneOrMany(scoreCreate);
const feedbackBody = oneOrMany(feedbackCreate);
const feedbackQuery = pageQuery.extend(rangeQuery.shape);

const many = <T>(given: T | T[]): T[] => (Array.isArray(given) ? given : [given]);

@Controller('api/v1')
export class ScoresController {
  constructor(
    @Inject(ScoresService) private readonly scores: ScoresService,
    @Inject(FeedbackService) private readonly feedback: FeedbackService,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
  ) {}

  @Get('scores')
  list(@CurrentProject() project: Project, @ZodQuery(scoreQuery) query: z.output<typeof scoreQuery>) {
    return this.scores.list(project.id, query);
  }

  @Post('scores')
  @HttpCode(200)
  async give(
    @CurrentProject() project: Project,
    @CurrentPrincipal() principal: Principal,
    @ZodBody(scoresBody) given: z.output<typeof scoresBody>,
  ) {
    const masked = await this.masking.maskEntries(project.id, many(given), { texts: ['reason'], names: ['label'] });
    return { items: await this.scores.give(project.id, principal.actor, masked), nextCursor: null };
  }

  @Get('feedback')
  listFeedback(@CurrentProject() project: Project, @ZodQuery(feedbackQuery) query: z.output<typeof feedbackQuery>) {
    return this.feedback.list(project.id, query);
  }

  @Post('feedback')
  @HttpCode(200)
  async record(
    @CurrentProject() project: Project,
    @ZodBody(feedbackBody) given: z.output<typeof feedbackBody>,
    @Headers('idempotency-key') key?: string,
  ) {
    const masked = await this.masking.maskEntries(project.id, many(given), { texts: ['comment'], names: ['userId'] });
    return { items: await this.feedback.record(project.id, masked, key), nextCursor: null };
  }
}
