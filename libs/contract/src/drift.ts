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

/** One observed call, as `plimsoll eval drift` reads it: a line of JSON. */
export const driftObservation = z.strictObject({
  output: z.string(),
  input: z.string().optional(),
  /** What is compared only with its like: feature, language, kind of request. */
  stratum: z.string().optional(),
  scores: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
  /** 1 / inclusion probability; 1 when absent. */
  weight: z.number().positive().optional(),
  t: z.string().optional(),
  /** Same key on both sides = the same prompt, for a paired comparison. */
  key: z.string().optional(),
});
export type DriftObservation = z.infer<typeof driftObservation>;

export const driftOptions = z.strictObject({
  /** Which way is better, by score name. */
  directions: z.record(z.string(), z.enum(['higher', 'lower'])).default({}),
  /** Compares observations of the same `key` with each other. */
  paired: z.boolean().default(false),
  /** Changes the order in which ties and subsamples are drawn. */
  seed: z.int().min(0).default(0),
});
export type DriftOptions = z.input<typeof driftOptions>;

export const driftSummary = z.object({
  n: z.number().int(),
  mean: z.number().nullable(),
  standardDeviation: z.number().nullable(),
  median: z.number().nullable(),
  /** Shares by level of a categorical feature, largest first; null for others. */
  levels: z.record(z.string(), z.number()).nullable(),
});
export type DriftSummary = z.infer<typeof driftSummary>;

export const driftFeature = z.object({
  name: z.string(),
  kind: z.enum(['numeric', 'binary', 'categorical']),
  /** `output`, `input` or `score`. Only outputs and scores can drift; inputs explain. */
  side: z.enum(['output', 'input', 'score']),
  test: z.enum(['kolmogorov_smirnov', 'chi_square', 'fisher', 'mcnemar', 'wilcoxon', 'none']),
  statistic: z.number().nullable(),
  p: z.number().nullable(),
  q: z.number().nullable(),
  /** Size of the change in the unit of `effectName`; drift needs at least `effectFloor`. */
  effect: z.number().nullable(),
  effectName: z.enum(['D', 'V', 'rankBiserial', 'shareDifference']),
  effectFloor: z.number(),
  /** P(current larger) - P(reference larger). */
  cliffsDelta: z.number().nullable(),
  /** Wasserstein distance in standard deviations of the reference. */
  wasserstein: z.number().nullable(),
  /** Population stability index less its expectation without drift. Never alarms. */
  psi: z.number().nullable(),
  /** Jensen-Shannon distance (base 2) less its expectation without drift. Never alarms. */
  js: z.number().nullable(),
  psiUncorrected: z.number().nullable(),
  jsUncorrected: z.number().nullable(),
  /** Share of current values outside the middle 98 % of the reference, with its exact p. */
  tail: z.object({ share: z.number(), p: z.number(), drifted: z.boolean() }).nullable(),
  newLevels: z.array(z.string()),
  reference: driftSummary,
  current: driftSummary,
  drifted: z.boolean(),
  direction: z.enum(['better', 'worse', 'neutral']),
  /** Smallest effect that this many observations find in four of five cases, at the level a single feature has to pass. */
  minimumDetectableEffect: z.number().nullable(),
  distribution: distribution.nullable(),
});
export type DriftFeature = z.infer<typeof driftFeature>;

export const driftEvaluation = z.object({
  verdict: driftVerdict,
  nReference: z.number().int(),
  nCurrent: z.number().int(),
  features: z.array(driftFeature),
  headline: z.string(),
  notes: z.array(z.string()),
});
export type DriftEvaluation = z.infer<typeof driftEvaluation>;
