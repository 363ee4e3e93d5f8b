import { z } from 'zod';
import { instant, money, page, pageQuery, rangeQuery, type Route } from './http.js';
import { suspectSide } from './incident-figures.js';

/** What an objective makes of a call; `all` are the eligible ones. */
export const callOutcome = z.enum(['bad', 'good', 'all']);

/** Which of an objective's calls; the dimensions are the call's own, inherited ones included. An empty one is none. */
export const objectiveCallQuery = pageQuery.extend(rangeQuery.shape).extend({
  /** Of cost objectives the bad ones are the requests above the ceiling; `all` are those that the spending is made of. */
  outcome: callOutcome.default('bad'),
  /** Newest or dearest first. */
  sort: z.enum(['time', 'cost']).default('time'),
  /** By the definition and the group that this incident opened with; absent: by the present definition. */
  incident: z.uuid().optional(),
  /** Of the incident: only the calls that this suspect was judged by, in the ranking's own range. */
  suspect: z.uuid().optional(),
  side: suspectSide.optional(),
  /** One group of the objective, by its key as the digest names it. */
  group: z.string().max(2000).optional(),
  feature: z.string().optional(),
  customer: z.string().optional(),
  team: z.string().optional(),
  environment: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  promptName: z.string().optional(),
  promptVersion: z.string().optional(),
  release: z.string().optional(),
});
export type ObjectiveCallQuery = z.infer<typeof objectiveCallQuery>;

export const objectiveCall = z.object({
  traceId: z.string(),
  spanId: z.string(),
  at: instant,
  bad: z.boolean(),
  /** 0 good to 1 bad; between them where an objective is about a mean. */
  badness: z.number(),
  /** How many calls it stands for: 1 / probability that it was chosen. */
  weight: z.number(),
  /** Why: the error, or what the scorer said. */
  reason: z.string().nullable(),
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  promptName: z.string().nullable(),
  promptVersion: z.string().nullable(),
  release: z.string().nullable(),
  userId: z.string().nullable(),
  latencyMs: z.number().nullable(),
  cost: money.nullable(),
});
export type ObjectiveCall = z.infer<typeof objectiveCall>;

export const objectiveCalls = page(objectiveCall).extend({
  from: instant,
  to: instant,
  /** Of the whole range and the same dimensions, whatever the outcome asked for. */
  eligible: z.number().int(),
  bad: z.number().int(),
  /** What the objective measures. */
  kind: z.enum(['latency', 'error', 'quality', 'cost']),
  /** True where the money is divided by outcomes, which are listed by themselves. */
  countsOutcomes: z.boolean(),
  /** Sum over the eligible ones; calls without a price add nothing. */
  cost: money,
});
export type ObjectiveCalls = z.infer<typeof objectiveCalls>;

/** Which of the outcomes that a cost per outcome divides by. */
export const objectiveOutcomeQuery = pageQuery.extend(rangeQuery.shape).extend({
  incident: z.uuid().optional(),
  group: z.string().max(2000).optional(),
});
export type ObjectiveOutcomeQuery = z.infer<typeof objectiveOutcomeQuery>;

/** A thing that was achieved, as it last stood. */
export const objectiveOutcome = z.object({
  key: z.string(),
  at: instant,
  /** What it was worth, in `currency`; null where nobody said. */
  value: money.nullable(),
  currency: z.string().nullable(),
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  /** Null where only a key of the sender's own is known. */
  traceId: z.string().nullable(),
});
export type ObjectiveOutcome = z.infer<typeof objectiveOutcome>;

export const objectiveOutcomes = page(objectiveOutcome).extend({
  from: instant,
  to: instant,
  /** What is counted, e.g. `resolved`. */
  name: z.string(),
  outcomes: z.number().int(),
  /** Of the calls of the same range. */
  cost: money,
  /** Null without outcomes. */
  costPerOutcome: money.nullable(),
});
export type ObjectiveOutcomes = z.infer<typeof objectiveOutcomes>;

export const callsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/calls',
    summary: 'The calls behind the figures of an objective or an incident, newest first',
    tag: 'slo',
    scope: 'read',
    query: objectiveCallQuery,
    response: objectiveCalls,
  },
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/outcomes',
    summary: 'The outcomes that a cost per outcome divides by, newest first',
    tag: 'slo',
    scope: 'read',
    query: objectiveOutcomeQuery,
    response: objectiveOutcomes,
  },
];
