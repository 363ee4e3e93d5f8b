import { Controller, Get, Inject, Param } from '@nestjs/common';
import {
  objectiveCallQuery,
  type ObjectiveCallQuery,
  type ObjectiveCalls,
  objectiveOutcomeQuery,
  type ObjectiveOutcomeQuery,
  type ObjectiveOutcomes,
  PlimsollError,
  type Project,
} from '@plimsoll/contract';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { SuspectCalls } from '../incidents/suspect-calls.service.js';
import { CallsService } from './calls.service.js';

/** The calls behind a figure. */
@Controller('api/v1')
export class CallsController {
  constructor(
    @Inject(CallsService) private readonly calls: CallsService,
    @Inject(SuspectCalls) private readonly suspects: SuspectCalls,
  ) {}

  @Get('objectives/:slug/calls')
  async list(
    @CurrentProject() project: Project,
    @Param('slug') slug: string,
    @ZodQuery(objectiveCallQuery) query: ObjectiveCallQuery,
  ): Promise<ObjectiveCalls> {
    const { incident, suspect, side } = query;
    if (suspect === undefined) return this.calls.list(project.id, slug, query);
    if (incident === undefined) {
      throw new PlimsollError('invalid_input', 'suspect: needs the incident that it is of', { field: 'incident' });
    }
    const sideCalls = await this.suspects.of(project.id, incident, suspect, side);
    return this.calls.list(project.id, slug, query, sideCalls);
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
