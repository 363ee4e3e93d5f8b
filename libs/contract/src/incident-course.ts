import { z } from 'zod';
import { instant, money, type Route } from './http.js';

const sampled = z.object({
  t: instant,
  n: z.number().int(),
  /** Share that passes, or mean score: 0 to 1. */
  value: z.number().nullable(),
  /** 95 %, Wilson. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});

/** How the calls that an incident is about went, side by side, in the steps of its own chart. */
export const incidentCourse = z.object({
  from: instant,
  to: instant,
  stepSeconds: z.number().int(),
  currency: z.string(),
  calls: z.array(
    z.object({
      t: instant,
      calls: z.number().int(),
      errorRatio: z.number().nullable(),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
      /** Of all calls of the step that have a price; null where none has. */
      cost: money.nullable(),
      priced: z.number().int(),
    }),
  ),
  /** By the scorers of quality objectives, the incident's own first; only those with scores of these calls. */
  quality: z.array(z.object({ scorer: z.string(), measure: z.enum(['ratio', 'mean']), points: z.array(sampled) })),
  /** Of devices and serving pools behind a tenth of the bad calls, where samples exist. */
  gpus: z.array(
    z.object({
      /** Id of the device; null for a pool. */
      id: z.string().nullable(),
      name: z.string(),
      /** `busy`: SM_ACTIVE, else what the exporter has; `kv`: use of the KV cache. Both 0 to 1. */
      reading: z.enum(['busy', 'kv']),
      points: z.array(z.object({ t: instant, value: z.number().nullable() })),
    }),
  ),
});
export type IncidentCourse = z.infer<typeof incidentCourse>;

export const incidentCourseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}/course',
    summary: 'Quality, errors, latency, cost, volume and GPUs of the calls that an incident is about',
    tag: 'incidents',
    scope: 'read',
    response: incidentCourse,
  },
];
