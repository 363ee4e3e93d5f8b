import { Controller, Get, Headers, Inject, Req, Res } from '@nestjs/common';
import type { Project } from '@plimsoll/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentProject } from '../http/principal.js';
import { type StreamedEvent, EventStreamService } from './event-stream.service.js';

const heartbeatMs = 15_000;
/** How long a browser waits before it comes back. */
const retryMs = 3000;

/** Server-sent events: what the dashboard shows changes without a reload. */
@Controller('api/v1/events')
export class EventStreamController {
  constructor(@Inject(EventStreamService) private readonly streams: EventStreamService) {}

  @Get()
  async stream(
    @CurrentProject() project: Project,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<void> {
    const missed = lastEventId === undefined ? [] : await this.streams.missed(project.id, lastEventId);
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${retryMs}\n\n`);
    for (const event of missed) response.write(written(event));
    const unsubscribe = this.streams.subscribe(project.id, (event) => response.write(written(event)));
    const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
    const { ended } = this.streams;
    const close = (): void => {
      ended.removeEventListener('abort', close);
      clearInterval(heartbeat);
      unsubscribe();
      response.end();
    };
    request.raw.once('close', close);
    ended.addEventListener('abort', close);
  }
}

function written({ id, event, data }: StreamedEvent): string {
  const lines = [`event: ${event}`, `data: ${JSON.stringify(data)}`];
  if (id !== undefined) lines.unshift(`id: ${id}`);
  return `${lines.join('\n')}\n\n`;
}
