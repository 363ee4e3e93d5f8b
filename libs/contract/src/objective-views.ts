import { z } from 'zod';
import { alertPrecision } from './alert-precision.js';
import { instant, interval, money, slug } from './http.js';
import { groupDimension, objectiveWrite, tierRule } from './objective-definition.js';

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
  rule: tierRule,
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
  /** What a request or an outcome cost over the window; null but of a cost objective that counted any. */
  unitCost: money.nullable(),
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

export const decisionReview = z.object({
  dueSince: instant,
  /** The alert that fired, or the day that was set. */
  cause: z.string(),
});

/** The groups of an objective in short: how many there are, and the ones to look at. */
export const groupDigest = z.object({
  by: z.array(groupDimension),
  /** Groups that are judged on their own, and how many may be; what comes after is summed as `other`. */
  admitted: z.number().int(),
  cap: z.number().int(),
  /** Share of the window's events that are beyond the cap. */
  otherShare: z.number(),
  /** Groups with an alert that is firing or resolving. */
  firing: z.number().int(),
  /** SHA-256 of the admitted keys in order: equal where two judge the same groups. */
  digest: z.string(),
  /** Those that fire first, then those with the least budget. */
  top: z.array(
    z.object({
      /** Names the group in queries: JSON of its values, or `other`. */
      key: z.string(),
      /** By dimension; empty: the call has none. */
      values: z.record(z.string(), z.string()),
      eligible: z.number(),
      bad: z.number(),
      sli: z.number().nullable(),
      budgetRemaining: z.number().nullable(),
      firing: z.array(z.string()),
    }),
  ),
});
export type GroupDigest = z.infer<typeof groupDigest>;

const judgedRatio = z.object({ errorRatio: z.number(), interval });

/** How the scorer of an objective errs, by answers that people have judged as well, and what that makes of its verdicts. */
export const judgeErrorView = z.object({
  /** Answers with both verdicts, of the scorer as it is now and within 90 days. */
  labels: z.number().int(),
  labelsNeeded: z.number().int(),
  /** Whether figures, status and alerts are corrected. */
  isUsed: z.boolean(),
  /** Why not; null where they are. */
  because: z.string().nullable(),
  method: z.enum(['rogan_gladen', 'prediction_powered']),
  /** Share of the bad answers that the scorer finds, and of the good ones that it does not blame. */
  sensitivity: z.number().nullable(),
  specificity: z.number().nullable(),
  /** For means: how much worse people find the answers than the scorer does. */
  gap: z.number().nullable(),
  /** Of the objective's window, as the scorer sees it; null without scores. */
  raw: judgedRatio.nullable(),
  /** The same behind its errors, what is not known of them in the interval. */
  corrected: judgedRatio.nullable(),
});
export type JudgeErrorView = z.infer<typeof judgeErrorView>;

/** How alike the scored samples of a session are; several of them say less than as many of sessions of their own. */
export const clusterEffectView = z.object({
  /** Sessions (traces where a call has none) among the newest scores of the last 28 days, and samples in them. */
  clusters: z.number().int(),
  samples: z.number().int(),
  /** Of the session that a sample lies in. */
  meanSize: z.number(),
  /** Of badness within a session, 0..1. */
  correlation: z.number(),
  /** 1 + (meanSize - 1) x correlation: what sample sizes are divided by. */
  designEffect: z.number(),
  /** Why sizes are not divided; null where they are. */
  because: z.string().nullable(),
});
export type ClusterEffectView = z.infer<typeof clusterEffectView>;

export const objective = objectiveSummary.extend({
  definition: objectiveWrite,
  revision: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  tiers: z.array(tierState),
  /** null where nothing is grouped. */
  groups: groupDigest.nullable(),
  /** null where no person judged what the scorer did, and for kinds that nothing scores. */
  judgeError: judgeErrorView.nullable(),
  /** null without scores, and for kinds that nothing scores. */
  clusterEffect: clusterEffectView.nullable(),
  /** What people said of its closed incidents. */
  precision: alertPrecision,
  warnings: z.array(z.string()),
  /** Since when the decision that this objective watches over asks to be looked at again, and why; null: it does not. */
  review: decisionReview.nullable(),
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
