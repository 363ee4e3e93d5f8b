import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { problem } from '@plimsoll/contract';
import { contentSecurityPolicy } from '../http/content-security-policy.js';
import { openApiDocument } from './openapi.js';

const swaggerFiles = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Plimsoll API</title>
    <link rel="stylesheet" href="docs/assets/swagger-ui.css">
    <link rel="icon" href="docs/assets/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/assets/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const startScript = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

/** Serves the OpenAPI document at /api/openapi.json and a page to read and try it at /api/docs; both without a key. */
export async function serveApiDocs(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  // Made at the first request: the schemas of all routes take a moment that a start should not spend.
  let document: string | null = null;
  fastify.get('/api/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(problem));
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document);
  });
  fastify.get('/api/docs', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', contentSecurityPolicy).send(docsPage),
  );
  fastify.get('/api/docs/start.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(startScript),
  );
  await fastify.register(fastifyStatic, {
    root: swaggerFiles,
    prefix: '/api/docs/assets/',
    decorateReply: false,
    index: false,
  });
}
