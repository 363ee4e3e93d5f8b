import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { contentSecurityPolicy } from './content-security-policy.js';

const builtDashboard = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** Serves the built dashboard; every path that is no file and no API route gets its index page. */
export async function serveDashboard(app: NestFastifyApplication, directory = builtDashboard): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) return;
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    index: false,
    setHeaders: (reply, path) => {
      const fingerprinted = path.includes(`${join('/', 'assets')}/`);
      void reply.header('cache-control', fingerprinted ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    // A missing script answered with a page would only fail later and elsewhere.
    if (['/api/', '/v1/', '/assets/'].some((prefix) => path.startsWith(prefix))) {
      return reply
        .status(404)
        .header('content-type', 'application/problem+json; charset=utf-8')
        .send({
          type: 'about:blank',
          title: 'Not found',
          status: 404,
          detail: `no route ${path}`,
          requestId: request.id,
        });
    }
    return reply
      .header('content-security-policy', contentSecurityPolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin')
      .header('cache-control', 'no-cache')
      .sendFile('index.html');
  });
}
