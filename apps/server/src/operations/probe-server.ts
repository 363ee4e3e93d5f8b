import { createServer, type Server, type ServerResponse } from 'node:http';
import { register } from 'prom-client';
import type { HealthService } from './health.service.js';

async function answer(path: string, health: HealthService, response: ServerResponse): Promise<void> {
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (path === '/healthz') return json(200, health.health());
  if (path === '/readyz') {
    const readiness = await health.readiness();
    return json(readiness.status === 'ready' ? 200 : 503, readiness);
  }
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': register.contentType }).end(await register.metrics());
    return;
  }
  json(404, { detail: `no route ${path}` });
}

/**
 * Health, readiness and metrics of a worker, which has no HTTP application: its modules bring controllers that only the
 * API may serve, behind its guard.
 */
export function serveProbes(health: HealthService, port: number, host: string): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request.url?.split('?', 1)[0] ?? '/', health, response).catch(() => response.writeHead(500).end());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
