import { z } from 'zod';
import type { Route } from './http.js';

export const health = z.object({ status: z.enum(['ok', 'degraded']), version: z.string() });
export const readiness = z.object({
  status: z.enum(['ready', 'not_ready']),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().nullable() })),
});
export const operationsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/healthz',
    summary: 'The process lives',
    tag: 'operations',
    scope: 'public',
    response: health,
  },
  {
    method: 'GET',
    path: '/readyz',
    summary: 'Its dependencies answer',
    tag: 'operations',
    scope: 'public',
    response: readiness,
  },
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Own metrics in Prometheus text form',
    tag: 'operations',
    scope: 'public',
    produces: 'text/plain',
  },
];
