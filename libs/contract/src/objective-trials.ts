import { z } from 'zod';
import { precision } from './alert-precision.js';
import { instant, interval, money } from './http.js';
import { objectiveWrite, tierRule } from './objective-definition.js';
import { burnPoint } from './objective-views.js';

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
      /** Whose alert: values of group-by, empty where nothing is grouped. */
      group: z.record(z.string(), z.string()),
      peakBurn: z.number().nullable(),
      /** From when more was bad than the target allows until the alert fired. */
      detectionSeconds: z.number(),
      /** From when it was over until the alert was resolved; null while it is open. */
      resetSeconds: z.number().nullable(),
      /** The incident of this objective that it overlaps, with what people said of it; null for none. */
      incident: z
        .object({ id: z.string(), reference: z.string(), label: z.enum(['real', 'false_alarm']).nullable() })
        .nullable(),
    }),
  ),
  /** Of these pages and tickets, how many overlap an incident that was real, of those that overlap one that was judged. */
  precision: z.object({ page: precision, ticket: precision }),
  /** Each tier at constant bad shares, from a clean state, by the formula. */
  tiers: z.array(
    z.object({
      name: z.string(),
      rule: tierRule,
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
  /** Price of one score; absent: what the scores of the last day cost on average, where they have a price. */
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
