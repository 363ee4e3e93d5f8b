import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { errorStatus, PlimsollError, type Problem } from '@plimsoll/contract';
import { isPassing } from '@plimsoll/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';

const titles: Record<number, string> = {
  400: 'Invalid input',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  503: 'Not available now',
};

/** A restart of PostgreSQL takes a second or two. */
const retryAfterSeconds = 2;

interface StatusCarrier {
  statusCode: number;
  message: string;
}

/** Fastify's own errors (body too large, broken JSON) carry a status below 500. */
function isClientError(error: unknown): error is StatusCarrier {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return false;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}

/** Told of every failure before it is answered. */
export interface ProblemObserver {
  note(request: FastifyRequest, problem: Problem): Promise<void>;
}

/** Turns every failure of the API into RFC 9457 problem details. What was not foreseen is logged, never shown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  constructor(private readonly observer?: ProblemObserver) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = isPassing(thrown) ? this.away(thrown) : thrown;
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const problem = this.problemOf(error, String(request.id));
    void this.observer?.note(request, problem);
    if (problem.status >= 500 && problem.status !== 503)
      this.logger.error(error instanceof Error ? error.stack : error);
    if (error instanceof PlimsollError && error.retryAfterSeconds !== undefined) {
      void reply.header('retry-after', String(error.retryAfterSeconds));
    }
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problem));
  }

  /** Of a 500 a client drops what it has; a database that is restarted is no reason to. */
  private away(error: unknown): PlimsollError {
    this.logger.warn(`PostgreSQL: ${error instanceof Error ? error.message : String(error)}`);
    const message = 'a store does not answer at the moment; send again later';
    return new PlimsollError('unavailable', message, { retryAfterSeconds, cause: error });
  }

  private problemOf(error: unknown, requestId: string): Problem {
    if (error instanceof PlimsollError) {
      return this.problem(errorStatus[error.code], error.message, requestId, error.field);
    }
    if (error instanceof HttpException) return this.problem(error.getStatus(), error.message, requestId);
    if (isClientError(error)) return this.problem(error.statusCode, error.message, requestId);
    return this.problem(500, `unexpected failure; the log has it under request ${requestId}`, requestId);
  }

  private problem(status: number, detail: string, requestId: string, field?: string): Problem {
    const title = titles[status] ?? 'Failure';
    return { type: 'about:blank', title, status, detail, requestId, ...(field === undefined ? {} : { field }) };
  }
}
