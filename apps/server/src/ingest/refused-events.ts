import { Inject, Injectable } from '@nestjs/common';
import { type ErrorCode, errorStatus, type Problem, routes } from '@plimsoll/contract';
import type { FastifyRequest } from 'fastify';
import { KeyVerifier } from '../access/key-verifier.js';
import type { RequestWithPrincipal } from '../http/principal.js';
import { ingestMetrics } from './ingest-metrics.js';
import { TalliesService } from './tallies.service.js';

/** Routes that a key which may only send can send to, with what they take: `scores`, `feedback`, ..., `hooks`. */
const kinds: ReadonlyMap<string, string> = new Map(
  routes
    .filter(({ method, scope }) => method === 'POST' && scope === 'ingest')
    .map(({ path }) => [path, path.split('/')[3] ?? path]),
);

const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map(
  Object.entries(errorStatus).map(([code, status]) => [status, code as ErrorCode]),
);

/** What of the request is at fault where a body could not even be read. */
const fieldOfStatus: Readonly<Record<number, string>> = { 400: 'body', 413: 'body', 415: 'header content-type' };

/** Keeps account of events that were refused, as of refused exports: who sends them seldom reads the answers. */
@Injectable()
export class RefusedEvents {
  constructor(
    @Inject(KeyVerifier) private readonly keys: KeyVerifier,
    @Inject(TalliesService) private readonly tallies: TalliesService,
  ) {}

  /** Nothing for requests that bring no events. Never throws. */
  async note(request: FastifyRequest & RequestWithPrincipal, problem: Problem): Promise<void> {
    const route = request.routeOptions.url ?? '';
    const signal = request.method === 'POST' ? kinds.get(route) : undefined;
    if (signal === undefined) return;
    // A body that cannot be read is refused before anybody asked for the key.
    const principal = request.principal ?? (await this.keys.verify(request.headers, 'ingest').catch(() => null));
    const reason = codeOfStatus.get(problem.status) ?? 'invalid_input';
    ingestMetrics.rejected.inc({ signal, reason });
    this.tallies.reject({
      project: principal?.project.id ?? '',
      signal,
      reason,
      detail: problem.detail ?? problem.title,
      route,
      field: problem.field ?? fieldOfStatus[problem.status] ?? '',
      count: 1,
      key_prefix: principal?.keyPrefix ?? '',
      user_agent: request.headers['user-agent'] ?? '',
    });
  }
}
