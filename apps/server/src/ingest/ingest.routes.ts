import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { type BodyEncoding, contentTypes, printStatus, printSuccess, type Signal } from '@plimsoll/otlp';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyVerifier } from '../access/key-verifier.js';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { ingestMetrics } from './ingest-metrics.js';
import { IngestService } from './ingest.service.js';
import { compressionOf, drainBody, encodingOf, readBody, unpack } from './request-body.js';
import { TalliesService } from './tallies.service.js';

/** Paths of OTLP/HTTP; the second form is where Langfuse's SDKs send, so that they work by changing one URL. */
const paths: readonly (readonly [string, Signal])[] = [
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
  ['/api/public/otel/v1/traces', 'traces'],
];

const mostBytesInFlight = 256 * 1024 * 1024;
const defaultRetryAfterSeconds = 2;

interface Exchange {
  readonly signal: Signal;
  readonly request: FastifyRequest;
  encoding: BodyEncoding;
  principal: Principal | null;
}

/**
 * OTLP over HTTP, beside Nest's controllers: bodies stay raw bytes, and every refusal is a google.rpc.Status in the
 * encoding of the request. Only 429 and 503 are answered where a client should send again (otlp-dialects section 6).
 */
@Injectable()
export class IngestRoutes implements OnModuleInit {
  private readonly logger = new Logger('ingest');
  private readonly inFlight = new BytesInFlight(mostBytesInFlight, mostBytesInFlight / 2);

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(KeyVerifier) private readonly keys: KeyVerifier,
    @Inject(TalliesService) private readonly tallies: TalliesService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    // A plugin of its own: its body parsers are not those of the API.
    void fastify.register((scope, _, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      for (const [path, signal] of paths) {
        scope.post(path, (request, reply) =>
          this.handle({ signal, request, encoding: 'json', principal: null }, reply),
        );
      }
      done();
    });
  }

  private async handle(exchange: Exchange, reply: FastifyReply): Promise<FastifyReply> {
    const timed = ingestMetrics.seconds.startTimer({ signal: exchange.signal });
    reply.raw.once('close', () => timed({ status: reply.statusCode }));
    try {
      const body = await this.accept(exchange);
      return reply.status(200).header('content-type', contentTypes[exchange.encoding]).send(body);
    } catch (error) {
      return this.refuse(exchange, reply, error);
    }
  }

  private async accept(exchange: Exchange): Promise<Buffer> {
    const { request, signal } = exchange;
    const limit = this.settings.maxBodyBytes;
    exchange.encoding = encodingOf(request.headers['content-type']);
    const compression = compressionOf(request.headers['content-encoding']);
    const principal = await this.verify(exchange);
    const announced = Number(request.headers['content-length'] ?? 0);
    const { id } = principal.project;
    this.inFlight.add(id, Math.min(announced, limit));
    let held = Math.min(announced, limit);
    try {
      const sent = await readBody(request.raw, limit);
      const bytes = await unpack(sent, compression, limit);
      this.inFlight.remove(id, held);
      held = 0;
      this.inFlight.add(id, bytes.length);
      held = bytes.length;
      const accepted = await this.ingest.accept(signal, bytes, exchange.encoding, principal.project);
      for (const [reason, count] of accepted.rejected)
        this.note(exchange, reason, accepted.partial?.message ?? '', count);
      return printSuccess(signal, exchange.encoding, accepted.partial);
    } finally {
      this.inFlight.remove(id, held);
    }
  }

  private async verify(exchange: Exchange): Promise<Principal> {
    try {
      exchange.principal = await this.keys.verify(exchange.request.headers, 'ingest');
      return exchange.principal;
    } catch (error) {
      if (error instanceof PlimsollError) throw error;
      // The key could not be looked up: a client must keep what it has and send it again.
      throw new PlimsollError('unavailable', 'API keys cannot be checked at the moment', { cause: error });
    }
  }

  private async refuse(exchange: Exchange, reply: FastifyReply, error: unknown): Promise<FastifyReply> {
    const known =
      error instanceof PlimsollError ? error : new PlimsollError('internal', 'unexpected failure', { cause: error });
    if (known.code === 'internal')
      this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.note(exchange, known.code, known.message, 1);
    await drainBody(exchange.request.raw, this.settings.maxBodyBytes);
    if (known.code === 'unavailable' || known.code === 'too_many_requests') {
      void reply.header('retry-after', String(known.retryAfterSeconds ?? defaultRetryAfterSeconds));
    }
    return reply
      .status(known.status)
      .header('content-type', contentTypes[exchange.encoding])
      .send(printStatus(known.code, known.message, exchange.encoding));
  }

  private note(exchange: Exchange, reason: string, detail: string, count: number): void {
    ingestMetrics.rejected.inc({ signal: exchange.signal, reason }, count);
    this.tallies.reject({
      project: exchange.principal?.project.id ?? '',
      signal: exchange.signal,
      reason,
      detail: detail.slice(0, 300),
      count,
      key_prefix: exchange.principal?.keyPrefix ?? '',
      user_agent: (exchange.request.headers['user-agent'] ?? '').slice(0, 100),
    });
  }
}
