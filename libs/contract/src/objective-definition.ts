import { z } from 'zod';
import { instant, money, slug } from './http.js';

/** What a call can be told apart by that has a column of its own. */
export const callDimensions = [
  'feature',
  'customer',
  'team',
  'environment',
  'provider',
  'model',
  'promptName',
  'promptVersion',
  'release',
] as const;
export type CallDimension = (typeof callDimensions)[number];

/** Columns of a call that hold whatever a client sends: a dimension is one of them, a dot, and a key of it. */
export const keyedColumns = ['attributes', 'resource', 'metadata', 'tags'] as const;
const keyedDimensionPattern = /^(attributes|resource|metadata|tags)\.[^\p{Cc}]{1,200}$/u;

/** `attributes.region`, `resource.k8s.cluster.name`, `metadata.tier`, `tags.beta`: everything after the first dot is the key. */
const keyedDimension = z
  .string()
  .regex(
    keyedDimensionPattern,
    'must be a dimension of calls, or attributes., resource., metadata. or tags. and a key',
  );
export const groupDimension = z.union([z.enum(callDimensions), keyedDimension]);
export type GroupDimension = z.infer<typeof groupDimension>;

const anyOf = z.array(z.string()).optional();

/** Which calls an objective is about. Absent: all. A list means any of. Other fields than those named are keyed dimensions. */
export const objectiveFilter = z
  .object({
    feature: anyOf,
    customer: anyOf,
    team: anyOf,
    environment: anyOf,
    provider: anyOf,
    model: anyOf,
    promptName: anyOf,
    promptVersion: anyOf,
    release: anyOf,
  } satisfies Record<CallDimension, typeof anyOf>)
  .catchall(z.array(z.string().max(200)).optional())
  .superRefine((filter, context) => {
    for (const name of Object.keys(filter)) {
      if ((callDimensions as readonly string[]).includes(name) || keyedDimensionPattern.test(name)) continue;
      context.addIssue({ code: 'unrecognized_keys', keys: [name], message: `${name}: is no dimension of calls` });
    }
  });

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
/** "Tell me when all of the budget would be gone within h", at the burn of the last quarter of h (one hour at least). */
export const exhaustionSpec = z.strictObject({
  name: z.string().min(1).max(80),
  severity: z.enum(['page', 'ticket']),
  exhaustsIn: z.string(),
});
export type ExhaustionSpec = z.infer<typeof exhaustionSpec>;
/** "Tell me when x of the whole budget was spent within w." */
export const dropSpec = z.strictObject({
  name: z.string().min(1).max(80),
  severity: z.enum(['page', 'ticket']),
  /** Share of the budget as a decimal string, `0.1`. */
  drop: z.string().regex(/^\d+(\.\d+)?$/, 'must be a decimal'),
  window: z.string(),
});
export type DropSpec = z.infer<typeof dropSpec>;
/** A threshold of the bad share, of the time that the budget lasts, or of how much of it was spent. */
export const anyThreshold = z.union([thresholdSpec, exhaustionSpec, dropSpec]);
export type AnyThreshold = z.infer<typeof anyThreshold>;
/** Tables of burn-rate tiers; `sloth` is for windows of 7, 28 and 30 days. */
export const tierPreset = z.enum(['google', 'pyrra', 'sloth']);
export type TierPreset = z.infer<typeof tierPreset>;

/**
 * What a tier fires by: burn rates of two windows, a plain threshold, that the budget will soon be gone, that much of it was
 * spent at once, or that most calls of the last minutes fail.
 */
export const tierRule = z.enum(['burn_rate', 'threshold', 'exhaustion', 'drop', 'outage']);
export type TierRule = z.infer<typeof tierRule>;

/** A preset of burn-rate tiers, tiers of one's own, or thresholds. */
export const alertPolicy = z.union([
  tierPreset,
  z.array(tierSpec).min(1).max(12),
  z.strictObject({
    thresholds: z.array(anyThreshold).min(1).max(12),
    /** Burn-rate tiers beside them; absent: the thresholds alone. */
    preset: tierPreset.optional(),
  }),
]);

/** A choice, why it was made, and what to look at it again for: "model M until it costs over $X a month". */
export const decisionRecord = z.strictObject({
  chosen: z.string().min(1).max(300),
  why: z.string().min(1).max(2000),
  /** In words; an alert of the objective makes the review due. */
  reviewWhen: z.string().min(1).max(300),
  /** Due on this day even when nothing fires. */
  reviewBy: instant.optional(),
});
export type DecisionRecord = z.infer<typeof decisionRecord>;

/** Counts minutes in place of events, for very few of them: one without events is good, all of a window are expected. */
export const timeslice = z.strictObject({
  /** Share of its events that are good in a good minute, above 0 and at most 1 as a decimal string. */
  target: z
    .string()
    .regex(/^(0?\.\d+|1(\.0+)?)$/, 'must be a decimal above 0 and at most 1')
    .refine((text) => Number(text) > 0, 'must be above 0'),
});

export const objectiveWrite = z.strictObject({
  slug,
  name: z.string().min(1).max(120),
  description: z.string().max(2000).default(''),
  indicator,
  filter: objectiveFilter.default({}),
  /** At most two, each once; every value is judged on its own. */
  groupBy: z
    .array(groupDimension)
    .max(2)
    .refine((names) => new Set(names).size === names.length, 'must name each dimension once')
    .default([]),
  unit: z.enum(['call', 'trace']).default('call'),
  /** Decimal share in (0, 1), e.g. `0.99`; for cost the ceiling stands in its place and this is ignored. */
  target: z.string().regex(/^0?\.\d+$/, 'must be a decimal between 0 and 1'),
  /** Latency and error objectives only. */
  timeslice: timeslice.optional(),
  window: windowSpec.default('28d'),
  policy: alertPolicy.default('google'),
  stretch: z.boolean().default(true),
  volumeAware: z.boolean().default(false),
  minBad: z.number().int().min(0).optional(),
  /** False: no page of its own when most calls fail; without it latency and error objectives whose policy pages have it. */
  outage: z.boolean().optional(),
  owner: z.string().max(120).optional(),
  /** What this objective watches over, when it is a choice that somebody made. */
  decision: decisionRecord.optional(),
  runbook: z.string().max(20_000).optional(),
  /** False: shown and computed, never pages. */
  alerting: z.boolean().default(true),
});
export type ObjectiveWrite = z.infer<typeof objectiveWrite>;
