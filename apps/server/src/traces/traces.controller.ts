import { Controller, Get, Param } from '@nestjs/common';
import { type Project, spanQuery, pageQuery, rangeQuery, traceQuery, type TraceQuery } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentProject } from '../http/principal.js';
import { ZodQuery } from '../http/zod.pipe.js';
import { TracesService } from './traces.service.js';

const sessionQuery = pageQuery.extend(rangeQuery.shape);

@Controller('api/v1')
export class TracesController {
  constructor(private readonly traces: TracesService) {}

  @Get('traces')
  list(@CurrentProject() project: Project, @ZodQuery(traceQuery) query: TraceQuery) {
    return this.traces.list(project.id, query);
  }

  @Get('traces/overview')
  overview(@CurrentProject() project: Project, @ZodQuery(traceQuery) query: TraceQuery) {
    return this.traces.overview(project.id, query);
  }

  @Get('traces/:traceId')
  trace(@CurrentProject() project: Project, @Param('traceId') traceId: string) {
    return this.traces.trace(project.id, traceId);
  }

  @Get('spans')
  async spans(@CurrentProject() project: Project, @ZodQuery(spanQuery) query: z.output<typeof spanQuery>) {
    if (query.traceId === undefined) return this.traces.spans(project.id, query);
    return { items: await this.traces.spansOf(project.id, query.traceId), nextCursor: null };
  }

  @Get('sessions')
  sessions(@CurrentProject() project: Project, @ZodQuery(sessionQuery) query: z.output<typeof sessionQuery>) {
    return this.traces.sessions(project.id, query);
  }
}
