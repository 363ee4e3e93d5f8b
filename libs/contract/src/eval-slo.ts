import { z } from 'zod';
import { instant, money } from './http.js';
import { tierPreset, tierSpec, timeslice } from './objective-definition.js';

/** A decimal kept as text, so that 0.999 stays 0.999. */
const decimalText = z.string().regex(/^\d+(\.\d+)?$/, 'must be a decimal string such as "0.99"');
const duration = z.string().regex(/^(\d+[smhdw])+$/, 'must be a duration such as "5m", "1h" or "30d"');
const count = z.number().nonnegative();
const badness = z.number().min(0).max(1);
const severityPair = z.strictObject({
  page: z.number().int().nonnegative(),
  ticket: z.number().int().nonnegative(),
});

const evalObjective = z.strictObject({
  target: decimalText.refine((text) => Number(text) > 0 && Number(text) < 1, 'must be above 0 and below 1'),
  window: z
    .union([
      duration,
      z.strictObject({
        calendar: z.enum(['day', 'week', 'month', 'quarter', 'year']),
        timeZone: z.string().default('UTC'),
        /** An instant inside the period; the top-level `at` when absent. */
        at: instant.optional(),
      }),
    ])
    .default('28d'),
  policy: z.union([tierPreset, z.array(tierSpec).min(1)]).default('google'),
  /** Fewest bad events in a tier's long window; default 3 for a page, 2 for a ticket. */
  minBad: z.union([z.number().int().nonnegative(), severityPair]).optional(),
  volumeAware: z.boolean().default(false),
  stretch: z.boolean().default(false),
  /** Minutes count in place of events: of `points` each, of `counts` those that are bad among all of their window. */
  timeslice: timeslice.optional(),
});

const bounded = <T extends { n: number; bad: number }>(sample: T): boolean => sample.bad <= sample.n;
const countRow = z
  .strictObject({ window: duration, eligible: count, bad: count })
  .refine((row) => row.bad <= row.eligible, { message: 'must not be above eligible', path: ['bad'] });
const pointRow = z
  .strictObject({ t: instant, eligible: count, bad: count })
  .refine((row) => row.bad <= row.eligible, { message: 'must not be above eligible', path: ['bad'] });
const boundedMessage = { message: 'must not be above n', path: ['bad'] };

/** How a judge errs: its known sensitivity and specificity, or human - judge of a labelled part of the sample. */
const judge = z.union([
  z
    .strictObject({ sensitivity: badness, specificity: badness })
    .refine((row) => row.sensitivity + row.specificity > 1, {
      message: 'sensitivity and specificity must add up to more than 1',
    }),
  z.strictObject({ gaps: z.array(z.number().min(-1).max(1)).min(1) }),
]);

/** Samples that share a session: the size of the session that a sample lies in, on average, and how alike they are. */
const clusters = z.strictObject({ size: z.number().min(1), correlation: badness });
const beside = { judge: judge.optional(), clusters: clusters.optional() };

const sampled = z.union([
  z.strictObject({ n: z.number().int().nonnegative(), bad: count, ...beside }).refine(bounded, boundedMessage),
  z.strictObject({
    strata: z
      .array(
        z
          .strictObject({
            name: z.string(),
            population: z.number().int().nonnegative(),
            n: z.number().int().nonnegative(),
            bad: count,
          })
          .refine(bounded, boundedMessage)
          .refine((row) => row.n <= row.population, { message: 'must not be above population', path: ['n'] }),
      )
      .min(1),
    ...beside,
  }),
  z.strictObject({
    items: z.array(z.strictObject({ x: badness, p: z.number().gt(0, 'must be above 0').max(1) })),
    ...beside,
  }),
]);

const sequence = z
  .strictObject({
    x: z.array(badness).min(1),
    /** 1 / inclusion probability of each sample; null: all alike. */
    weights: z.array(z.number().positive()).nullable().default(null),
    /** Bad rate to stake against; null: the average of the four detectors 1.5, 2, 3 and 5 B. */
    designBad: decimalText.nullable().default(null),
    threshold: z.number().min(1),
  })
  .refine((row) => row.weights === null || row.weights.length === row.x.length, {
    message: 'must have as many entries as x',
    path: ['weights'],
  });

const cost = z.strictObject({
  expected: money,
  ceiling: money,
  spend: money,
  outcomes: count,
  windowOutcomes: count.optional(),
});

const burn = z.number().nonnegative().nullable();
const alertReplay = z
  .strictObject({
    /** Burn of the long and of the short window, one entry a step; null: no data. */
    long: z.array(burn).min(1),
    short: z.array(burn).min(1),
    step: duration.default('1m'),
    /** Name of the tier of the policy; default the first, fastest one. */
    tier: z.string().optional(),
    /** Instant of the first step, for transitions with a time. */
    start: instant.optional(),
    /** Overrides of the tier's own times. */
    for: duration.optional(),
    hold: duration.optional(),
    reopen: duration.optional(),
  })
  .refine((row) => row.long.length === row.short.length, {
    message: 'must have as many entries as long',
    path: ['short'],
  });

const forms = ['counts', 'points', 'sampled', 'sequence', 'cost', 'alertReplay'] as const;

/** Input of `plimsoll eval slo`: an objective and exactly one form of evidence. */
export const sloEvalInput = z
  .strictObject({
    objective: evalObjective.optional(),
    at: instant.optional(),
    counts: z.array(countRow).min(1).optional(),
    points: z.array(pointRow).optional(),
    sampled: sampled.optional(),
    sequence: sequence.optional(),
    cost: cost.optional(),
    alertReplay: alertReplay.optional(),
  })
  .superRefine((input, context) => {
    const given = forms.filter((form) => input[form] !== undefined);
    if (given.length !== 1) {
      const found = given.length === 0 ? 'found none' : `found ${given.join(' and ')}`;
      context.addIssue({ code: 'custom', path: [], message: `give exactly one of ${forms.join(', ')}; ${found}` });
    }
    if (input.objective === undefined && input.cost === undefined) {
      context.addIssue({ code: 'custom', path: ['objective'], message: 'is required' });
    }
    if (input.points !== undefined && input.at === undefined) {
      context.addIssue({ code: 'custom', path: ['at'], message: 'is required with points' });
    }
  });
export type SloEvalInput = z.output<typeof sloEvalInput>;

const nullable = z.number().nullable();
const evalTier = z.object({
  name: z.string(),
  severity: z.enum(['page', 'ticket']),
  factor: z.number(),
  long: z.string(),
  short: z.string(),
  budget: z.number(),
  burnLong: nullable,
  burnShort: nullable,
  volumeBurnLong: nullable,
  volumeBurnShort: nullable,
  /** Share of the whole budget that the long window spent: by its events, and as if traffic were even. */
  budgetSpent: nullable,
  budgetSpentUniform: nullable,
  /** null when a window that decides is not among the counts. */
  fires: z.boolean().nullable(),
  held: z.string().nullable(),
  reachable: z.boolean(),
  detectionSeconds: nullable,
  resetSeconds: nullable,
});

const evalCountsOutput = z.object({
  state: z.enum(['ok', 'no_traffic']).nullable(),
  sli: nullable,
  errorRatio: nullable,
  burnRate: nullable,
  budget: z.object({
    allowedBad: nullable,
    consumed: nullable,
    remaining: nullable,
    exhaustsInSeconds: nullable,
  }),
  window: z.object({ seconds: z.number(), start: z.string().nullable(), end: z.string().nullable() }),
  tiers: z.array(evalTier),
  page: z.boolean(),
  ticket: z.boolean(),
  warnings: z.array(z.string()),
});

const evalSampledOutput = z.object({
  errorRatio: nullable,
  /** Corrected for the judge's errors; null when they are not given. */
  correctedErrorRatio: nullable,
  burnRate: nullable,
  interval: z
    .object({
      method: z.enum(['wilson', 'clopper_pearson', 'census', 'corrected']),
      level: z.number(),
      low: z.number(),
      high: z.number(),
    })
    .nullable(),
  lower95: nullable,
  lower995: nullable,
  upper95: nullable,
  effectiveN: z.number(),
  /** What sessions divide the sizes by; 1 without `clusters`. */
  designEffect: z.number(),
  /** null where every event was scored: there is nothing left to estimate. */
  designN: nullable,
  standardError: nullable,
  /** Jeffreys posterior probability that the error ratio is above the budget; for display only. */
  probabilityAboveBudget: nullable,
  status: z.enum(['met', 'breached', 'uncertain', 'insufficient']),
});

const evalSequenceOutput = z.object({
  values: z.array(z.number()),
  logValues: z.array(z.number()),
  alarmAt: z.number().int().nullable(),
  detectors: z.array(z.object({ designBad: z.number(), lambda: z.number() })),
});

const evalCostOutput = z.object({
  perOutcome: z.string().nullable(),
  burnRate: nullable,
  consumedShare: nullable,
});

const replayState = z.enum(['inactive', 'pending', 'firing', 'resolving', 'resolved', 'no_data', 'insufficient']);
const evalReplayOutput = z.object({
  tier: z.string(),
  factor: z.number(),
  exitBelow: z.number(),
  states: z.array(replayState),
  transitions: z.array(
    z.object({
      /** Minutes since the first step. */
      at: z.number(),
      time: z.string().nullable(),
      from: replayState,
      to: replayState,
      kind: z.string(),
    }),
  ),
  incidents: z.array(
    z.object({
      openedAt: z.number(),
      reopenedAt: z.array(z.number()),
      resolvedAt: nullable,
      recurrenceOf: nullable,
    }),
  ),
});

/** Output of `plimsoll eval slo`; which one follows from the form of the input. */
export const sloEvalOutput = z.union([
  evalCountsOutput,
  evalSampledOutput,
  evalSequenceOutput,
  evalCostOutput,
  evalReplayOutput,
]);
export type EvalCountsOutput = z.infer<typeof evalCountsOutput>;
export type EvalSampledOutput = z.infer<typeof evalSampledOutput>;
export type EvalSequenceOutput = z.infer<typeof evalSequenceOutput>;
export type EvalCostOutput = z.infer<typeof evalCostOutput>;
export type EvalReplayOutput = z.infer<typeof evalReplayOutput>;
export type SloEvalOutput = z.infer<typeof sloEvalOutput>;
