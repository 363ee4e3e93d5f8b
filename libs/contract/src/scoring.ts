import { z } from 'zod';
import { identifier, instant, money, oneOrMany, page, pageQuery, rangeQuery, slug, type Route } from './http.js';

export const scoreSource = z.enum(['rule', 'judge', 'human', 'user']);

export const score = z.object({
  time: instant,
  traceId: z.string(),
  spanId: z.string().nullable(),
  sessionId: z.string().nullable(),
  scorer: z.string(),
  scorerVersion: z.string(),
  scoreId: z.string().nullable(),
  value: z.number().nullable(),
  label: z.string().nullable(),
  passed: z.boolean().nullable(),
  reason: z.string().nullable(),
  source: scoreSource,
  sampleP: z.number(),
  stratum: z.string(),
});
export type Score = z.infer<typeof score>;

/** A score somebody gives by hand or from their own evaluator. */
export const scoreCreate = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/i),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/i)
    .optional(),
  scorer: slug,
  value: z.number().optional(),
  label: z.string().max(200).optional(),
  passed: z.boolean().optional(),
  reason: z.string().max(4000).optional(),
  source: z.enum(['human', 'judge', 'rule']).default('human'),
});

export const scoreQuery = pageQuery.extend(rangeQuery.shape).extend({
  scorer: z.string().optional(),
  traceId: z.string().optional(),
  passed: z.enum(['true', 'false']).optional(),
  source: scoreSource.optional(),
});

export const feedbackCreate = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/i),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/i)
    .optional(),
  kind: z.enum(['thumbs', 'rating', 'correction', 'copied', 'regenerated', 'abandoned', 'comment']),
  /** thumbs: 1 or 0; rating: 0 to 1; correction: share kept. */
  value: z.number().min(0).max(1).optional(),
  comment: z.string().max(8000).optional(),
  userId: z.string().max(200).optional(),
  at: instant.optional(),
});
export const feedback = z.object({
  id: z.string(),
  traceId: z.string(),
  spanId: z.string().nullable(),
  kind: z.string(),
  value: z.number().nullable(),
  comment: z.string().nullable(),
  userId: z.string().nullable(),
  at: instant,
});

/** A kind of rule scorer with the JSON Schema of its settings: the dashboard's form is made from this. */
export const scorerKind = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  settingsSchema: z.record(z.string(), z.unknown()),
});

export const scorer = z.object({
  id: z.string(),
  slug,
  name: z.string(),
  kind: z.string(),
  source: z.enum(['rule', 'judge']),
  version: z.string(),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  filter: z.object({ features: z.array(z.string()).optional(), kinds: z.array(z.string()).optional() }),
  sampleRate: z.number().min(0).max(1),
  createdAt: instant,
  updatedAt: instant,
});
export type Scorer = z.infer<typeof scorer>;
export const scorerWrite = z.strictObject({
  slug,
  name: z.string().min(1).max(120),
  kind: identifier,
  enabled: z.boolean().default(true),
  settings: z.record(z.string(), z.unknown()).default({}),
  filter: z
    .strictObject({ features: z.array(z.string()).optional(), kinds: z.array(z.string()).optional() })
    .default({}),
  sampleRate: z.number().min(0).max(1).default(1),
});

/** Per scorer over a range: every eligible span is in exactly one of the counts. */
export const scoringCoverage = z.object({
  scorer: z.string(),
  eligible: z.number().int(),
  scored: z.number().int(),
  sampledOut: z.number().int(),
  overBudget: z.number().int(),
  failed: z.number().int(),
  noContent: z.number().int(),
  /** Calls about which the scorer has nothing to say; neither good nor bad. */
  notApplicable: z.number().int().optional(),
  pending: z.number().int(),
  passRate: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type ScoringCoverage = z.infer<typeof scoringCoverage>;

/** How far scoring got, for all projects together: on a busy store it gives way to what arrives. */
export const scoringProgress = z.object({
  /** Every call that arrived before has its decision; null before the first pass. */
  decidedUntil: instant.nullable(),
  /** Calls and log records that arrived and were not looked through yet; some of them need no decision. */
  waitingRows: z.number().int(),
});
export type ScoringProgress = z.infer<typeof scoringProgress>;

export const judgeEndpoint = z.object({
  id: z.string(),
  name: z.string(),
  baseUrl: z.string(),
  model: z.string(),
  hasKey: z.boolean(),
  dailyBudget: money.nullable(),
  spentToday: money,
  lastError: z.string().nullable(),
});
export const judgeEndpointWrite = z.strictObject({
  name: z.string().min(1).max(80),
  baseUrl: z.url(),
  model: z.string().min(1),
  apiKey: z.string().optional(),
  dailyBudget: money.optional(),
});

export const scoringRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/scores',
    summary: 'List scores',
    tag: 'scoring',
    scope: 'read',
    query: scoreQuery,
    response: page(score),
  },
  {
    method: 'POST',
    path: '/api/v1/scores',
    summary: 'Give a score',
    tag: 'scoring',
    scope: 'ingest',
    body: oneOrMany(scoreCreate),
    response: page(score),
  },
  {
    method: 'POST',
    path: '/api/v1/feedback',
    summary: 'Record a user signal',
    tag: 'scoring',
    scope: 'ingest',
    body: oneOrMany(feedbackCreate),
    response: page(feedback),
  },
  {
    method: 'GET',
    path: '/api/v1/feedback',
    summary: 'List user signals',
    tag: 'scoring',
    scope: 'read',
    query: pageQuery.extend(rangeQuery.shape),
    response: page(feedback),
  },
  {
    method: 'GET',
    path: '/api/v1/scorers',
    summary: 'List scorers',
    tag: 'scoring',
    scope: 'read',
    query: pageQuery,
    response: page(scorer),
  },
  {
    method: 'PUT',
    path: '/api/v1/scorers/{slug}',
    summary: 'Create a scorer or a new version of it',
    tag: 'scoring',
    scope: 'write',
    body: scorerWrite,
    response: scorer,
  },
  {
    method: 'DELETE',
    path: '/api/v1/scorers/{slug}',
    summary: 'Switch a scorer off and hide it',
    tag: 'scoring',
    scope: 'write',
  },
  {
    method: 'GET',
    path: '/api/v1/scorer-kinds',
    summary: 'Kinds of scorers with their settings',
    tag: 'scoring',
    scope: 'read',
    response: page(scorerKind),
  },
  {
    method: 'GET',
    path: '/api/v1/scoring/coverage',
    summary: 'Scored, sampled out, over budget and failed, by scorer',
    tag: 'scoring',
    scope: 'read',
    query: rangeQuery.extend({ feature: z.string().optional() }),
    response: page(scoringCoverage),
  },
  {
    method: 'GET',
    path: '/api/v1/scoring/progress',
    summary: 'Until when every call has its decision, and how much waits',
    tag: 'scoring',
    scope: 'read',
    response: scoringProgress,
  },
  {
    method: 'GET',
    path: '/api/v1/judges',
    summary: 'List judge endpoints',
    tag: 'scoring',
    scope: 'read',
    response: page(judgeEndpoint),
  },
  {
    method: 'PUT',
    path: '/api/v1/judges/{id}',
    summary: 'Set a judge endpoint',
    tag: 'scoring',
    scope: 'admin',
    body: judgeEndpointWrite,
    response: judgeEndpoint,
  },
];
