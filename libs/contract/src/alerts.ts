import { z } from 'zod';
import { instant, interval, slug } from './http.js';
import { objectiveFilter } from './objective-definition.js';

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
