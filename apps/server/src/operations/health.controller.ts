import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { health, readiness } from '@plimsoll/contract';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import type { z } from 'zod';
import { HealthService } from './health.service.js';

/** What an operator's probes and Prometheus ask for. */
@Controller()
export class HealthController {
  constructor(@Inject(HealthService) private readonly service: HealthService) {}

  /** The process lives. */
  @Get('healthz')
  health(): z.output<typeof health> {
    return this.service.health();
  }

  /** Its stores answer; 503 when one does not. */
  @Get('readyz')
  async readiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.output<typeof readiness>> {
    const answer = await this.service.readiness();
    if (answer.status !== 'ready') void reply.status(503);
    return answer;
  }

  /** Every metric of this process in Prometheus text form. */
  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
