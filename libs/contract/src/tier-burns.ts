import { z } from 'zod';
import { instant, rangeQuery, type Route } from './http.js';

/**
 * One tier's two windows over time. Each point is that minute of its stretch at which the lower of both burned fastest:
 * an alert needs both, so this is the minute nearest to firing, and no short breach falls between two points.
 */
export const tierBurn = z.object({
  name: z.string(),
  severity: z.enum(['page', 'ticket']),
  long: z.string(),
  short: z.string(),
  factor: z.number(),
  points: z.array(
    z.object({
      t: instant,
      long: z.number().nullable(),
      short: z.number().nullable(),
      /** Both above the factor. */
      above: z.boolean(),
    }),
  ),
});

export const tierBurns = z.object({
  from: instant,
  to: instant,
  bucketSeconds: z.number().int(),
  tiers: z.array(tierBurn),
});
export type TierBurns = z.infer<typeof tierBurns>;

export const tierBurnsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/objectives/{slug}/burns',
    summary: 'Both windows of every alert tier over a range, against the factor they fire above',
    tag: 'slo',
    scope: 'read',
    query: rangeQuery,
    response: tierBurns,
  },
];
