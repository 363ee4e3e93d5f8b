import { z } from 'zod';

/** OpenSLO v1 as its specification has it (OpenSLO/OpenSLO README), with the closed fields of the go-sdk. */
const description = z.string().max(1050).optional();
export const metadata = z.strictObject({
  name: z.string().min(1),
  displayName: z.string().optional(),
  labels: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const duration = z.string().regex(/^[1-9]\d*[mhdwMQY]$/, 'must be a duration such as 5m, 1h, 4w or 1M');
/** A name of the IANA time zone database. */
export const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'is no IANA time zone');
const operator = z.enum(['lte', 'gte', 'lt', 'gt']);

const metric = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: z.string().optional(),
    type: z.string().optional(),
    spec: z.record(z.string(), z.unknown()),
  }),
});
export type Metric = z.infer<typeof metric>;

const ratioMetric = z
  .strictObject({
    counter: z.boolean().optional(),
    good: metric.optional(),
    bad: metric.optional(),
    total: metric.optional(),
    rawType: z.enum(['success', 'failure']).optional(),
    raw: metric.optional(),
  })
  .refine((one) => (one.total === undefined) !== (one.raw === undefined), 'needs either "total" or "raw"')
  .refine(
    (one) => one.raw !== undefined || (one.good === undefined) !== (one.bad === undefined),
    'needs either "good" or "bad" beside "total"',
  )
  .refine((one) => one.raw === undefined || (one.good ?? one.bad) === undefined, '"raw" stands alone')
  .refine((one) => (one.raw === undefined) === (one.rawType === undefined), '"rawType" belongs to "raw"');

const sliSpec = z
  .strictObject({ description, thresholdMetric: metric.optional(), ratioMetric: ratioMetric.optional() })
  .refine(
    (one) => (one.thresholdMetric === undefined) !== (one.ratioMetric === undefined),
    'needs either "thresholdMetric" or "ratioMetric"',
  );
const indicator = z.strictObject({ metadata, spec: sliSpec });
export type Sli = z.infer<typeof indicator>;

const conditionSpec = z.strictObject({
  description,
  severity: z.string().min(1),
  condition: z.strictObject({
    kind: z.literal('burnrate'),
    op: operator,
    threshold: z.number(),
    lookbackWindow: duration,
    alertAfter: duration.optional(),
  }),
});
const targetSpec = z.strictObject({ description, target: z.string().min(1) });
const inlineCondition = z.strictObject({ kind: z.literal('AlertCondition'), metadata, spec: conditionSpec });
const inlineTarget = z.strictObject({ kind: z.literal('AlertNotificationTarget'), metadata, spec: targetSpec });
const policySpec = z.strictObject({
  description,
  alertWhenNoData: z.boolean().optional(),
  alertWhenResolved: z.boolean().optional(),
  alertWhenBreaching: z.boolean().optional(),
  conditions: z.array(z.union([z.strictObject({ conditionRef: z.string().min(1) }), inlineCondition])).length(1),
  notificationTargets: z.array(z.union([z.strictObject({ targetRef: z.string().min(1) }), inlineTarget])).min(1),
});
const inlinePolicy = z.strictObject({ kind: z.literal('AlertPolicy'), metadata, spec: policySpec });

const objective = z
  .strictObject({
    displayName: z.string().optional(),
    op: operator.optional(),
    value: z.number().optional(),
    target: z.number().min(0).lt(1).optional(),
    targetPercent: z.number().min(0).lt(100).optional(),
    timeSliceTarget: z.number().gt(0).max(1).optional(),
    timeSliceWindow: z.union([duration, z.number().positive()]).optional(),
    compositeWeight: z.number().positive().optional(),
    indicator: indicator.optional(),
    indicatorRef: z.string().optional(),
  })
  .refine(
    (one) => (one.target === undefined) !== (one.targetPercent === undefined),
    'needs either "target" or "targetPercent"',
  )
  .refine((one) => one.indicator === undefined || one.indicatorRef === undefined, '"indicator" or "indicatorRef"');

const timeWindow = z
  .strictObject({
    duration,
    isRolling: z.boolean().optional(),
    calendar: z
      .strictObject({
        startTime: z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'must be YYYY-MM-DD hh:mm:ss'),
        timeZone,
      })
      .optional(),
  })
  .refine((one) => (one.isRolling ?? false) !== (one.calendar !== undefined), {
    message: 'is either rolling or has a calendar',
  });

const sloSpec = z
  .strictObject({
    description,
    service: z.string().min(1),
    indicator: indicator.optional(),
    indicatorRef: z.string().optional(),
    timeWindow: z.array(timeWindow).length(1),
    budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
    objectives: z.array(objective).min(1),
    alertPolicies: z.array(z.union([z.strictObject({ alertPolicyRef: z.string().min(1) }), inlinePolicy])).optional(),
  })
  .refine(
    (one) => one.indicator === undefined || one.indicatorRef === undefined,
    'needs one of "indicator" and "indicatorRef"',
  )
  .refine((one) => {
    const composite = one.objectives.some(({ indicator: own, indicatorRef }) => (own ?? indicatorRef) !== undefined);
    return composite !== ((one.indicator ?? one.indicatorRef) !== undefined);
  }, '"indicator" or "indicatorRef" stands in spec, or in each objective of a composite, and not in both');

const of = <K extends string, S extends z.ZodType>(kind: K, spec: S) =>
  z.strictObject({ apiVersion: z.literal('openslo/v1'), kind: z.literal(kind), metadata, spec });

export const kindsV1 = {
  Service: z.strictObject({
    apiVersion: z.literal('openslo/v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({ description }).optional(),
  }),
  SLI: of('SLI', sliSpec),
  SLO: of('SLO', sloSpec),
  AlertPolicy: of('AlertPolicy', policySpec),
  AlertCondition: of('AlertCondition', conditionSpec),
  AlertNotificationTarget: of('AlertNotificationTarget', targetSpec),
  DataSource: of(
    'DataSource',
    z.strictObject({ description, type: z.string().min(1), connectionDetails: z.unknown().optional() }),
  ),
} as const;
export type SloV1 = z.infer<typeof kindsV1.SLO>;
export type SloObjectiveV1 = SloV1['spec']['objectives'][number];
export type AlertConditionV1 = Pick<z.infer<typeof inlineCondition>, 'metadata' | 'spec'>;
export type AlertPolicyV1 = Pick<z.infer<typeof inlinePolicy>, 'metadata' | 'spec'>;
