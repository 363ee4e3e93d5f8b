import { z } from 'zod';
import { instant, money, page, pageQuery, rangeQuery, type Route } from './http.js';
import { callStatus, message, spanKind, toolCall, usage } from './record.js';

export const spanScore = z.object({
  scorer: z.string(),
  scorerVersion: z.string(),
  value: z.number().nullable(),
  passed: z.boolean().nullable(),
  label: z.string().nullable(),
  reason: z.string().nullable(),
  source: z.enum(['rule', 'judge', 'human', 'user']),
});

/** A span as people read it: composed with its log records; usage inclusive. Null: the payload does not carry it. */
/** A text that was longer than `PLIMSOLL_MAX_TEXT_BYTES`: what of it is stored, and how much it was, in bytes of UTF-8. */
export const cutText = z.object({ field: z.string(), kept: z.number().int(), of: z.number().int() });
export type CutText = z.infer<typeof cutText>;

export const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: spanKind,
  startTime: instant,
  endTime: instant.nullable(),
  /** Exact, as decimal strings: doubles cannot hold them. */
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string().nullable(),
  latencyMs: z.number().nullable(),
  finished: z.boolean(),
  service: z.string().nullable(),
  scopeName: z.string().nullable(),
  provider: z.string().nullable(),
  requestModel: z.string().nullable(),
  responseModel: z.string().nullable(),
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  team: z.string().nullable(),
  environment: z.string().nullable(),
  release: z.string().nullable(),
  promptName: z.string().nullable(),
  promptVersion: z.string().nullable(),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
  conversationId: z.string().nullable(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  usage,
  /** Disjoint buckets that are not zero; null where the span carries no usage. */
  tokens: z.record(z.string(), z.number()).nullable(),
  cost: money.nullable(),
  costCurrency: z.string().nullable(),
  costSource: z.enum(['price_book', 'reported', 'none']),
  unpricedTokens: z.number().int(),
  ttftMs: z.number().nullable(),
  ttftSource: z.string().nullable(),
  stream: z.boolean().nullable(),
  finishReason: z.string().nullable(),
  status: callStatus,
  spanStatusCode: z.number().int(),
  httpStatus: z.number().int().nullable(),
  error: z.object({ type: z.string().nullable(), message: z.string().nullable() }).nullable(),
  system: z.string().nullable(),
  input: z.array(message).nullable(),
  output: z.string().nullable(),
  toolCalls: z.array(toolCall).nullable(),
  tools: z.array(z.string()).nullable(),
  /** True where the content came from a log record. */
  contentFromLogs: z.boolean(),
  /** Texts that were cut, at most 100 of a span and of each of its log records. */
  cut: z.array(cutText),
  attributes: z.record(z.string(), z.string()),
  resource: z.record(z.string(), z.string()),
  scores: z.array(spanScore),
});
export type Span = z.infer<typeof span>;

export const traceSummary = z.object({
  traceId: z.string(),
  name: z.string(),
  startTime: instant,
  endTime: instant,
  durationMs: z.number(),
  /** True while the root span has not come. */
  rootMissing: z.boolean(),
  service: z.string().nullable(),
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  /** The root's own; `prompts` has those of its calls. */
  promptName: z.string().nullable(),
  promptVersion: z.string().nullable(),
  /** Every prompt that a span of the trace names, most used first, at most 20. */
  prompts: z.array(z.object({ name: z.string().nullable(), version: z.string().nullable(), spans: z.number().int() })),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
  models: z.array(z.string()),
  spans: z.number().int(),
  calls: z.number().int(),
  errors: z.number().int(),
  status: callStatus,
  tokensInput: z.number().int(),
  tokensOutput: z.number().int(),
  cost: money.nullable(),
  costCurrency: z.string().nullable(),
  unpricedCalls: z.number().int(),
  ttftMs: z.number().nullable(),
  /** Share of the trace's scores that pass, null without scores. */
  quality: z.number().nullable(),
  failedScorers: z.array(z.string()),
});
export type TraceSummary = z.infer<typeof traceSummary>;

export const trace = traceSummary.extend({ items: z.array(span) });
export type Trace = z.infer<typeof trace>;

/**
 * Filters of the trace list; `q` is free text found in outputs and names. A prompt fits where the root or a call names
 * it; with a model or provider beside it, the same call must have both.
 */
export const traceQuery = pageQuery.extend(rangeQuery.shape).extend({
  q: z.string().max(500).optional(),
  feature: z.string().optional(),
  customer: z.string().optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  promptName: z.string().optional(),
  promptVersion: z.string().optional(),
  team: z.string().optional(),
  release: z.string().optional(),
  environment: z.string().optional(),
  status: callStatus.optional(),
  user: z.string().optional(),
  session: z.string().optional(),
  /** Only traces in which this scorer failed, or `any`. */
  failedScorer: z.string().optional(),
  minDurationMs: z.coerce.number().optional(),
  /** Shorter than this. */
  maxDurationMs: z.coerce.number().optional(),
  /** Share of the trace's scores that pass: at least this, and less than that. Traces without a score match neither. */
  minQuality: z.coerce.number().optional(),
  maxQuality: z.coerce.number().optional(),
  minCost: money.optional(),
  sort: z.enum(['time', 'duration', 'cost', 'tokens']).default('time'),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type TraceQuery = z.infer<typeof traceQuery>;

export const facet = z.object({
  dimension: z.string(),
  values: z.array(z.object({ value: z.string(), count: z.number().int() })),
});
export const traceOverview = z.object({
  total: z.number().int(),
  bucketSeconds: z.number().int(),
  histogram: z.array(z.object({ t: instant, count: z.number().int(), errors: z.number().int() })),
  facets: z.array(facet),
});
export type TraceOverview = z.infer<typeof traceOverview>;

/** By trace or by time; without `traceId` a page of the newest spans. */
export const spanQuery = pageQuery.extend(rangeQuery.shape).extend({
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/i)
    .optional(),
  kind: spanKind.optional(),
  feature: z.string().optional(),
});

export const sessionSummary = z.object({
  sessionId: z.string(),
  traces: z.number().int(),
  firstAt: instant,
  lastAt: instant,
  userId: z.string().nullable(),
  cost: money.nullable(),
  errors: z.number().int(),
});

export const tracesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/traces',
    summary: 'List traces',
    tag: 'traces',
    scope: 'read',
    query: traceQuery,
    response: page(traceSummary),
  },
  {
    method: 'GET',
    path: '/api/v1/traces/overview',
    summary: 'Histogram and facets of a trace search',
    tag: 'traces',
    scope: 'read',
    query: traceQuery,
    response: traceOverview,
  },
  {
    method: 'GET',
    path: '/api/v1/traces/{traceId}',
    summary: 'A trace with its spans',
    tag: 'traces',
    scope: 'read',
    response: trace,
  },
  {
    method: 'GET',
    path: '/api/v1/spans',
    summary: 'Spans, by trace or newest first',
    tag: 'traces',
    scope: 'read',
    query: spanQuery,
    response: page(span),
  },
  {
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'Sessions, newest first',
    tag: 'traces',
    scope: 'read',
    query: pageQuery.extend(rangeQuery.shape),
    response: page(sessionSummary),
  },
];
