import { z } from 'zod';
import { instant, interval, money, page, pageQuery, rangeQuery, slug, type Route } from './http.js';

/** Which calls an objective is about. Absent: all. A list means any of. */
export const objectiveFilter = z.strictObject({
  feature: z.array(z.string()).optional(),
  customer: z.array(z.string()).optional(),
  team: z.array(z.string()).optional(),
  environment: z.array(z.string()).optional(),
  provider: z.array(z.string()).optional(),
  model: z.array(z.string()).optional(),
  promptName: z.array(z.string()).optional(),
  promptVersion: z.array(z.string()).optional(),
  release: z.array(z.string()).optional(),
});
export const groupDimension = z.enum([
  'feature',
  'customer',
  'team',
  'environment',
  'provider',
  'model',
  'promptName',
  'promptVersion',
  'release',
]);

export const indicator = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latency'),
    measure: z.enum(['ttft', 'per_output_token', 'end_to_end']),
    thresholdMs: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('error'), classes: z.array(z.string()).optional() }),
  /** Share of scored calls that fail; `scorer` is the slug. `ratio` needs the pass mark only for numeric scores. */
  z.strictObject({
    kind: z.literal('quality'),
    scorer: slug,
    measure: z.enum(['ratio', 'mean']).default('ratio'),
    passMark: z.number().optional(),
  }),
  z.strictObject({
    kind: z.literal('cost'),
    per: z.enum(['request', 'outcome']),
    outcome: z.string().optional(),
    expected: money,
    ceiling: money,
  }),
]);
export type Indicator = z.infer<typeof indicator>;

export const windowSpec = z.union([
  z.string().regex(/^\d+d$/, 'must be days such as 28d'),
  z.strictObject({ calendar: z.enum(['day', 'week', 'month', 'quarter', 'year']), timeZone: z.string() }),
]);
export const tierSpec = z.strictObject({
  name: z.string(),
  severity: z.enum(['page', 'ticket']),
  long: z.string(),
  short: z.string(),
  /** Share of the budget that the long window may spend, 0..1 as a decimal string. */
  budget: z.string(),
});
/** "Tell me when X is over Y for Z", without a budget. */
export const thresholdSpec = z.strictObject({
  name: z.string().min(1).max(80),
  severity: z.enum(['page', 'ticket']),
  /** Share of bad events as a decimal string; money each for cost objectives. */
  over: z.string().regex(/^\d+(\.\d+)?$/, 'must be a decimal'),
  window: z.string(),
  for: z.string().default('1m'),
});
export type ThresholdSpec = z.infer<typeof thresholdSpec>;
/** A preset of burn-rate tiers, tiers of one's own, or plain thresholds. */
export const alertPolicy = z.union([
  z.enum(['google', 'pyrra']),
  z.array(tierSpec).min(1).max(12),
  z.strictObject({ thresholds: z.array(thresholdSpec).min(1).max(12) }),
]);

export const objectiveWrite = z.strictObject({
  slug,
  name: z.string().min(1).max(120),
  description: z.string().max(2000).default(''),
  indicator,
  filter: objectiveFilter.default({}),
  groupBy: z.array(groupDimension).max(2).default([]),
  unit: z.enum(['call', 'trace']).default('call'),
  /** Decimal share in (0, 1), e.g. `0.99`; for cost the ceiling stands in its place and this is ignored. */
  target: z.string().regex(/^0?\.\d+$/, 'must be a decimal between 0 and 1'),
  window: windowSpec.default('28d'),
  policy: alertPolicy.default('google'),
  stretch: z.boolean().default(true),
  volumeAware: z.boolean().default(false),
  minBad: z.number().int().min(0).optional(),
  owner: z.string().max(120).optional(),
  runbook: z.string().max(20_000).optional(),
  /** False: shown and computed, never pages. */
  alerting: z.boolean().default(true),
});
export type ObjectiveWrite = z.infer<typeof objectiveWrite>;

export const objectiveStatus = z.enum([
  'met',
  'at_risk',
  'breached',
  'uncertain',
  'insufficient',
  'no_traffic',
  'no_data',
]);

export const tierState = z.object({
  name: z.string(),
  severity: z.enum(['page', 'ticket']),
  long: z.string(),
  short: z.string(),
  factor: z.number(),
  burnLong: z.number().nullable(),
  burnShort: z.number().nullable(),
  fires: z.boolean(),
  state: z.enum(['inactive', 'pending', 'firing', 'resolving', 'no_data', 'insufficient']),
  reachable: z.boolean(),
  detectionSeconds: z.number().nullable(),
  resetSeconds: z.number().nullable(),
});

export const budgetState = z.object({
  /** Share that remains; negative when overspent; null when unknown (no data in the window). */
  remaining: z.number().nullable(),
  consumed: z.number().nullable(),
  allowedBad: z.number().nullable(),
  exhaustsInSeconds: z.number().nullable(),
  /** Exact figures as text, e.g. `1,234 of 5,000 failures` or `$12.40 of $40.00`. */
  text: z.string(),
});

export const sparkPoint = z.object({ t: instant, v: z.number().nullable() });

export const objectiveSummary = z.object({
  id: z.string(),
  slug,
  name: z.string(),
  kind: z.enum(['latency', 'error', 'quality', 'cost']),
  feature: z.string().nullable(),
  owner: z.string().nullable(),
  target: z.string(),
  /** The target as a person says it: `p95 below 4 s for 99 %`. */
  targetText: z.string(),
  windowText: z.string(),
  sli: z.number().nullable(),
  sliInterval: interval.nullable(),
  eligible: z.number().int(),
  bad: z.number().int(),
  /** Scored calls over eligible ones for sampled kinds; null otherwise. */
  coverage: z.object({ scored: z.number().int(), population: z.number().int() }).nullable(),
  budget: budgetState,
  burnRate: z.number().nullable(),
  status: objectiveStatus,
  statusReason: z.string(),
  openIncidentId: z.string().nullable(),
  /** Budget remaining over the window, oldest first. */
  spark: z.array(sparkPoint),
  asOf: instant.nullable(),
});
export type ObjectiveSummary = z.infer<typeof objectiveSummary>;

export const objective = objectiveSummary.extend({
  definition: objectiveWrite,
  revision: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  tiers: z.array(tierState),
  warnings: z.array(z.string()),
  /** Last nightly replay of a synthetic breach: does it page? null before the first, and where nothing alerts. */
  selfTest: z.object({ at: instant, ok: z.boolean(), detail: z.string() }).nullable(),
});
export type Objective = z.infer<typeof objective>;

export const burnPoint = z.object({
  t: instant,
  eligible: z.number(),
  bad: z.number(),
  errorRatio: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  burnRate: z.number().nullable(),
  budgetRemaining: z.number().nullable(),
  /** For cost objectives. */
  cost: money.nullable(),
});
export const objectiveSeries = z.object({
  bucketSeconds: z.number().int(),
  from: instant,
  to: instant,
  points: z.array(burnPoint),
});
export type ObjectiveSeries = z.infer<typeof objectiveSeries>;

/** What spent the budget: contribution of each value of a dimension. */
export const spender = z.object({
  dimension: z.string(),
  value: z.string(),
  eligible: z.number(),
  bad: z.number(),
  errorRatio: z.number().nullable(),
  /** Share of the budget this value has spent. */
  budgetShare: z.number().nullable(),
});

/** A definition that need not be saved; without a range the last seven days. */
export const backtestRequest = z.strictObject({
  objective: objectiveWrite,
  from: instant.optional(),
  to: instant.optional(),
});
export const backtest = z.object({
  from: instant,
  to: instant,
  minutes: z.number().int(),
  pages: z.array(
    z.object({
      firedAt: instant,
      resolvedAt: instant.nullable(),
      tier: z.string(),
      severity: z.enum(['page', 'ticket']),
      peakBurn: z.number().nullable(),
      /** From when more was bad than the target allows until the alert fired. */
      detectionSeconds: z.number(),
      /** From when it was over until the alert was resolved; null while it is open. */
      resetSeconds: z.number().nullable(),
    }),
  ),
  /** Each tier at constant bad shares, from a clean state, by the formula. */
  tiers: z.array(
    z.object({
      name: z.string(),
      severity: z.enum(['page', 'ticket']),
      long: z.string(),
      short: z.string(),
      factor: z.number(),
      reachable: z.boolean(),
      delays: z.array(
        z.object({
          errorRatio: z.number(),
          /** null: never fires at this share. */
          detectionSeconds: z.number().nullable(),
          resetSeconds: z.number().nullable(),
        }),
      ),
    }),
  ),
  budgetRemaining: z.number().nullable(),
  series: z.array(burnPoint),
  warnings: z.array(z.string()),
});
export type Backtest = z.infer<typeof backtest>;

/** Whether a prompt or model version keeps an objective's promise: for a deploy pipeline. */
export const gateQuery = z.strictObject({
  promptName: z.string().optional(),
  promptVersion: z.string().optional(),
  model: z.string().optional(),
  release: z.string().optional(),
  minSamples: z.coerce.number().int().min(1).max(1_000_000).default(200),
  /** How far back to look. */
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .default(24),
});
export const gate = z.object({
  verdict: z.enum(['pass', 'fail', 'not_yet']),
  reason: z.string(),
  samples: z.number().int(),
  errorRatio: z.number().nullable(),
  /** Of the error ratio. */
  interval: interval.nullable(),
  asOf: instant,
});
export type Gate = z.infer<typeof gate>;

/** What would have to be scored to notice a fall in time. */
export const samplingPlanQuery = z.strictObject({
  /** The share of good answers that must be noticed, e.g. `0.85`. */
  fallTo: z.string().regex(/^0?\.\d+$/, 'must be a decimal between 0 and 1'),
  /** Hours within which it must be noticed. */
  withinHours: z.coerce.number().positive().optional(),
  /** Price of one score. */
  costPerScore: money.optional(),
  daysBetweenFalseAlarms: z.coerce.number().positive().default(90),
});
export const samplingPlan = z.object({
  scoredPerDay: z.number(),
  threshold: z.number(),
  samples: z.number(),
  hours: z.number(),
  multiplier: z.number().nullable(),
  costPerDay: money.nullable(),
  text: z.string(),
});

export const alertState = z.enum(['inactive', 'pending', 'firing', 'resolving', 'resolved', 'no_data', 'insufficient']);
/** The numbers at the instant of a transition, frozen. */
export const alertEvidence = z.object({
  sli: z.number().nullable(),
  target: z.string(),
  errorRatio: z.number().nullable(),
  burnLong: z.number().nullable(),
  burnShort: z.number().nullable(),
  factor: z.number(),
  longSeconds: z.number().int(),
  shortSeconds: z.number().int(),
  eligibleLong: z.number(),
  badLong: z.number(),
  eligibleShort: z.number(),
  badShort: z.number(),
  budgetRemaining: z.number().nullable(),
  interval: interval.nullable(),
  /** The formula with its numbers, one line each. */
  reasons: z.array(z.string()),
});

/** One step of one alert (objective revision, group, tier), as the slo capability hands it to incidents. */
export const alertTransition = z.object({
  id: z.string(),
  projectId: z.string(),
  objectiveId: z.string(),
  revisionId: z.string(),
  objectiveRevision: z.number().int(),
  objectiveSlug: slug,
  objectiveName: z.string(),
  sliKind: z.enum(['latency', 'error', 'quality', 'cost']),
  filter: objectiveFilter,
  /** Values of group-by, empty when ungrouped; part of the incident's dedup key. */
  group: z.record(z.string(), z.string()),
  environment: z.string().nullable(),
  tier: z.string(),
  severity: z.enum(['page', 'ticket']),
  from: alertState,
  to: alertState,
  kind: z.enum(['fired', 'reopened', 'recurred', 'resolved', 'data_absent', 'data_returned']),
  /** The closed minute the state belongs to; `decidedAt` is later when late rows told us. */
  minute: instant,
  decidedAt: instant,
  flapping: z.boolean(),
  evidence: alertEvidence,
});
export type AlertEvidence = z.infer<typeof alertEvidence>;
export type AlertTransition = z.infer<typeof alertTransition>;

export const sloRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/objectives',
    summary: 'List objectives, least budget first',
    tag: 'slo',
    scope: 'read',
    query: pageQuery,
    response: page(objectiveSummary),
  },
  {
    method: 'POST',
    path: '/api/v1/objectives',
    summary: 'Create an objective',
    tag: 'slo',
    scope: 'write',
    body: objectiveWrite,
    response: objective,
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}',
    summary: 'An objective with budget, burn and tiers',
    tag: 'slo',
    scope: 'read',
    response: objective,
  },
  {
    method: 'PUT',
    path: '/api/v1/objectives/{slug}',
    summary: 'Create or replace by slug; a change makes a new revision',
    tag: 'slo',
    scope: 'write',
    body: objectiveWrite,
    response: objective,
  },
  {
    method: 'DELETE',
    path: '/api/v1/objectives/{slug}',
    summary: 'Retire an objective; its history stays',
    tag: 'slo',
    scope: 'write',
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/series',
    summary: 'Budget burn-down and burn over a range',
    tag: 'slo',
    scope: 'read',
    query: rangeQuery,
    response: objectiveSeries,
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/spenders',
    summary: 'What spent the budget, by dimension',
    tag: 'slo',
    scope: 'read',
    query: rangeQuery,
    response: page(spender),
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/gate',
    summary: 'Pass, fail or not yet: does a version keep the promise',
    tag: 'slo',
    scope: 'read',
    query: gateQuery,
    response: gate,
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/sampling-plan',
    summary: 'How much scoring it takes to notice a fall in time',
    tag: 'slo',
    scope: 'read',
    query: samplingPlanQuery,
    response: samplingPlan,
  },
  {
    method: 'POST',
    path: '/api/v1/objectives/backtest',
    summary: 'The pages a definition would have sent over stored history',
    tag: 'slo',
    scope: 'read',
    body: backtestRequest,
    response: backtest,
  },
];
