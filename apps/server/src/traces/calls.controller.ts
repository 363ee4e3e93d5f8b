import { Controller, Get, Inject, Param } from '@nestjs/common';
import {
  objectiveCallQuery,
  type ObjectiveCallQuery,
  type ObjectiveCalls,
  objectiveOutcomeQuery,
  type ObjectiveOutcomeQuery,
  type ObjectiveOutcomes,
  type Project,
} from '@plimsoll/contract';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { CallsService } from './calls.service.js';

/** The calls behind a figure. */
@Controller('api/v1')
export class CallsController {
  constructor(@Inject(CallsService) private readonly calls: CallsService) {}

  @Get('objectives/:slug/calls')
  list(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(objectiveCallQuery) query: ObjectiveCallQuery,
  ): Promise<ObjectiveCalls> {
    return this.calls.list(project.id, slug, query);
  }

  @Get('objectives/:slug/outcomes')
  outcomes(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(objectiveOutcomeQuery) query: ObjectiveOutcomeQuery,
  ): Promise<ObjectiveOutcomes> {
    return this.calls.outcomes(project.id, slug, query);
  }
}
