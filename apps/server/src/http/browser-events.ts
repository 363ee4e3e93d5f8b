import { routes } from '@plimsoll/contract';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { allowBrowser, answerPreflight } from '../ingest/browser-access.js';

/** Where a key that may only send can send to: outcomes, feedback, ... The rest of the API is not for foreign pages. */
const eventPaths: ReadonlySet<string> = new Set(
  routes
    .filter(({ method, scope, path }) => method === 'POST' && scope === 'ingest' && !path.startsWith('/api/v1/hooks/'))
    .map(({ path }) => path),
);

/** Lets pages of the named origins send events with a key, as they may send telemetry. */
export function takeEventsOfBrowsers(app: NestFastifyApplication, origins: readonly string[]): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'POST' && eventPaths.has(request.routeOptions.url ?? '')) {
      allowBrowser(request, reply, origins);
    }
    done();
  });
  for (const path of eventPaths) fastify.options(path, (request, reply) => answerPreflight(request, reply, origins));
}
