import { z } from 'zod';
import { metadata, timeZone } from './schema-v1.js';

/** OpenSLO v1alpha: services, and objectives whose metrics are one source, query type and query. */
const source = z.strictObject({ source: z.string(), queryType: z.string(), query: z.string() });
export type SourceV1Alpha = z.infer<typeof source>;

const objective = z.strictObject({
  displayName: z.string().max(1050).optional(),
  op: z.enum(['lte', 'gte', 'lt', 'gt']).optional(),
  value: z.number().optional(),
  ratioMetrics: z.strictObject({ good: source, total: source, incremental: z.boolean().optional() }).optional(),
  target: z.number().min(0).lt(1),
  timeSliceTarget: z.number().gt(0).max(1).optional(),
});

const timeWindow = z
  .strictObject({
    unit: z.enum(['Second', 'Day', 'Week', 'Month', 'Quarter']),
    count: z.number().int().positive(),
    isRolling: z.boolean().optional(),
    calendar: z
      .strictObject({
        startTime: z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'must be YYYY-MM-DD hh:mm:ss'),
        timeZone,
      })
      .optional(),
  })
  .refine((one) => (one.isRolling ?? false) !== (one.calendar !== undefined), 'is either rolling or has a calendar');

const sloSpec = z
  .strictObject({
    description: z.string().max(1050).optional(),
    service: z.string().min(1),
    indicator: z.strictObject({ thresholdMetric: source }).optional(),
    budgetingMethod: z.enum(['Occurrences', 'Timeslices']),
    timeWindows: z.array(timeWindow).length(1),
    objectives: z.array(objective).min(1),
  })
  .refine(
    (one) => (one.indicator !== undefined) !== one.objectives.some(({ ratioMetrics }) => ratioMetrics !== undefined),
    'needs either "indicator" or "ratioMetrics" in its objectives',
  );

export const kindsV1Alpha = {
  Service: z.strictObject({
    apiVersion: z.literal('openslo/v1alpha'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({ description: z.string().max(1050).optional() }).optional(),
  }),
  SLO: z.strictObject({ apiVersion: z.literal('openslo/v1alpha'), kind: z.literal('SLO'), metadata, spec: sloSpec }),
} as const;
export type SloV1Alpha = z.infer<typeof kindsV1Alpha.SLO>;
