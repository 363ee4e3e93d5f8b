import type { FastifyReply, FastifyRequest } from 'fastify';

/** Seconds for which a browser may keep the answer to its preflight. */
const maxAgeSeconds = 7_200;
const ownHeaders = 'content-type, content-encoding, authorization, x-api-key';

function allowedOrigin(request: FastifyRequest, origins: readonly string[]): string | undefined {
  const { origin } = request.headers;
  return origin !== undefined && origins.includes(origin) ? origin : undefined;
}

/**
 * Lets a page of an allowed origin read the answer. Origins are named one by one and cookies are never involved: a page
 * sends an API key.
 */
export function allowBrowser(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  const origin = allowedOrigin(request, origins);
  if (origin === undefined) return;
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', 'retry-after')
    .header('vary', 'origin');
}

/** What a browser asks before it sends JSON or protobuf to another origin. */
export async function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
): Promise<FastifyReply> {
  allowBrowser(request, reply, origins);
  if (allowedOrigin(request, origins) !== undefined) {
    const asked = request.headers['access-control-request-headers'];
    void reply
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', asked === undefined ? ownHeaders : `${ownHeaders}, ${asked}`)
      .header('access-control-max-age', String(maxAgeSeconds));
  }
  return reply.status(204).send();
}
