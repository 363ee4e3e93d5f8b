import { z } from 'zod';
import { instant, page, pageQuery, type Route } from './http.js';

export const driftVerdict = z.enum([
  'regression',
  'change',
  'input_mix_changed',
  'quiet',
  'inconclusive',
  'insufficient',
]);

export const distribution = z.object({
  /** Bucket names or `low..high` edges, shared by both sides. */
  buckets: z.array(z.string()),
  reference: z.array(z.number()),
  current: z.array(z.number()),
});

export const driftSignal = z.object({
  name: z.string(),
  title: z.string(),
  kind: z.enum(['numeric', 'binary', 'categorical', 'text']),
  test: z.string(),
  statistic: z.number().nullable(),
  p: z.number().nullable(),
  q: z.number().nullable(),
  effect: z.number().nullable(),
  effectName: z.string(),
  effectFloor: z.number(),
  psi: z.number().nullable(),
  js: z.number().nullable(),
  referenceMean: z.number().nullable(),
  currentMean: z.number().nullable(),
  drifted: z.boolean(),
  direction: z.enum(['better', 'worse', 'neutral']),
  minimumDetectableEffect: z.number().nullable(),
  distribution: distribution.nullable(),
});
export type DriftSignal = z.infer<typeof driftSignal>;

export const driftReportSummary = z.object({
  id: z.string(),
  monitorId: z.string(),
  title: z.string(),
  feature: z.string(),
  verdict: driftVerdict,
  headline: z.string(),
  createdAt: instant,
  currentFrom: instant,
  currentTo: instant,
  referenceTitle: z.string(),
  nReference: z.number().int(),
  nCurrent: z.number().int(),
  moved: z.number().int(),
  signals: z.number().int(),
});
export type DriftReportSummary = z.infer<typeof driftReportSummary>;

export const driftExample = z.object({
  traceId: z.string(),
  spanId: z.string(),
  at: instant,
  input: z.string().nullable(),
  output: z.string().nullable(),
  promptVersion: z.string().nullable(),
  model: z.string().nullable(),
});

export const driftReport = driftReportSummary.extend({
  items: z.array(driftSignal),
  before: z.array(driftExample),
  after: z.array(driftExample),
  notes: z.array(z.string()),
});
export type DriftReport = z.infer<typeof driftReport>;

export const driftMonitorWrite = z.strictObject({
  name: z.string().min(1).max(120),
  feature: z.string().min(1),
  /** `fixed`: first calls of the current prompt version; `rolling`: the previous days. */
  reference: z.enum(['fixed', 'rolling']).default('rolling'),
  referenceDays: z.number().int().min(1).max(60).default(7),
  currentHours: z.number().int().min(1).max(168).default(24),
  enabled: z.boolean().default(true),
});
export const driftMonitor = driftMonitorWrite.extend({
  id: z.string(),
  lastRunAt: instant.nullable(),
  lastVerdict: driftVerdict.nullable(),
});

export const driftRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/drift/reports',
    summary: 'Drift reports, newest first',
    tag: 'drift',
    scope: 'read',
    query: pageQuery.extend({ feature: z.string().optional() }),
    response: page(driftReportSummary),
  },
  {
    method: 'GET',
    path: '/api/v1/drift/reports/{id}',
    summary: 'A drift report',
    tag: 'drift',
    scope: 'read',
    response: driftReport,
  },
  {
    method: 'GET',
    path: '/api/v1/drift/reports/{id}/export',
    summary: 'A drift report as a file',
    tag: 'drift',
    scope: 'read',
    query: z.object({ format: z.enum(['html', 'csv', 'json']).default('html') }),
    produces: 'text/html',
  },
  {
    method: 'GET',
    path: '/api/v1/drift/monitors',
    summary: 'Drift monitors',
    tag: 'drift',
    scope: 'read',
    response: page(driftMonitor),
  },
  {
    method: 'POST',
    path: '/api/v1/drift/monitors',
    summary: 'Watch a feature for drift',
    tag: 'drift',
    scope: 'write',
    body: driftMonitorWrite,
    response: driftMonitor,
  },
  {
    method: 'POST',
    path: '/api/v1/drift/monitors/{id}/run',
    summary: 'Compare now',
    tag: 'drift',
    scope: 'write',
    response: driftReportSummary,
  },
  { method: 'DELETE', path: '/api/v1/drift/monitors/{id}', summary: 'Stop watching', tag: 'drift', scope: 'write' },
];
