import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { type BodyEncoding, contentTypes, printStatus, printSuccess, type Signal } from '@plimsoll/otlp';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SETTINGS } from '../stores/settings.js';
import { allowBrowser, answerPreflight } from './browser-access.js';
import { ingestMetrics } from './ingest-metrics.js';
import { ReceptionService } from './reception.service.js';
import { letGo } from './let-go.js';
import { compressionOf, drainBody, encodingOf, readUnpacked } from './request-body.js';

/** Paths of OTLP/HTTP; the last is where Langfuse's SDKs send, so that they work by changing one URL. */
const paths: readonly (readonly [string, Signal])[] = [
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
  ['/api/public/otel/v1/traces', 'traces'],
];

/** Whether a route takes its body from the wire itself. */
export function takesTelemetry(route: string): boolean {
  return paths.some(([path]) => path === route);
}

const defaultRetryAfterSeconds = 2;

/**
 * OTLP over HTTP, beside Nest's controllers: bodies stay raw bytes, and every refusal is a google.rpc.Status in the
 * encoding of the request. Only 429 and 503 are answered where a client should send again (otlp-dialects section 6).
 */
@Injectable()
export class IngestRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ReceptionService) private readonly reception: ReceptionService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    // A plugin of its own: its body parsers are not those of the API.
    void fastify.register((scope, _, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      for (const [path, signal] of paths) {
        scope.post(path, (request, reply) => this.handle(signal, path, request, reply));
        scope.options(path, (request, reply) => answerPreflight(request, reply, this.settings.corsOrigins));
      }
      done();
    });
  }

  private async handle(
    signal: Signal,
    route: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const timed = ingestMetrics.seconds.startTimer({ signal });
    reply.raw.once('close', () => timed({ status: reply.statusCode }));
    allowBrowser(request, reply, this.settings.corsOrigins);
    const limit = this.settings.maxBodyBytes;
    let encoding: BodyEncoding = 'json';
    let received = false;
    try {
      encoding = encodingOf(request.headers['content-type']);
      const compression = compressionOf(request.headers['content-encoding']);
      const announced = Number(request.headers['content-length'] ?? 0);
      received = true;
      const partial = await this.reception.receive({
        signal,
        route,
        headers: request.headers,
        encoding,
        announcedBytes: Math.min(announced, limit),
        read: (hold) => readUnpacked(request.raw, compression, { limit, announced, hold }),
        letGo,
      });
      return reply
        .status(200)
        .header('content-type', contentTypes[encoding])
        .send(printSuccess(signal, encoding, partial));
    } catch (error) {
      const known = error instanceof PlimsollError ? error : new PlimsollError('internal', 'unexpected failure');
      if (!received) await this.reception.refused({ signal, route, headers: request.headers }, known);
      await drainBody(request.raw, limit);
      return refuse(reply, known, encoding);
    }
  }
}

function refuse(reply: FastifyReply, error: PlimsollError, encoding: BodyEncoding): FastifyReply {
  if (error.code === 'unavailable' || error.code === 'too_many_requests') {
    void reply.header('retry-after', String(error.retryAfterSeconds ?? defaultRetryAfterSeconds));
  }
  return reply
    .status(error.status)
    .header('content-type', contentTypes[encoding])
    .send(printStatus(error.code, error.message, encoding));
}
