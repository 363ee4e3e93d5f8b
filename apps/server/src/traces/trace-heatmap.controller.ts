import { Controller, Get, Inject } from '@nestjs/common';
import {
  type Project,
  traceComparisonQuery,
  type TraceComparisonQuery,
  traceHeatmapQuery,
  type TraceHeatmapQuery,
} from '@plimsoll/contract';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { TraceHeatmapService } from './trace-heatmap.service.js';

@Controller('api/v1/traces')
export class TraceHeatmapController {
  constructor(@Inject(TraceHeatmapService) private readonly service: TraceHeatmapService) {}

  @Get('heatmap')
  heatmap(@CurrentProject() project: Project, @ZodQuery(traceHeatmapQuery) query: TraceHeatmapQuery) {
    return this.service.heatmap(project.id, query);
  }

  @Get('comparison')
  comparison(@CurrentProject() project: Project, @ZodQuery(traceComparisonQuery) query: TraceComparisonQuery) {
    return this.service.comparison(project.id, query);
  }
}
