import { Controller, Get, Header, Inject } from '@nestjs/common';
import { type Project, prometheusRulesQuery } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { ObjectiveCountersService } from './objective-counters.service.js';

@Controller('api/v1/prometheus')
export class PrometheusController {
  constructor(@Inject(ObjectiveCountersService) private readonly counters: ObjectiveCountersService) {}

  @Get('rules')
  rules(
    @CurrentProject() project: Project,
    @ZodQuery(prometheusRulesQuery) query: z.output<typeof prometheusRulesQuery>,
  ) {
    return this.counters.rules(project, query.objective);
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(@CurrentProject() project: Project): Promise<string> {
    return this.counters.metrics(project);
  }
}
