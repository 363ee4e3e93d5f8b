import { z } from 'zod';
import { instant, money, page, pageQuery, rangeQuery, type Route } from './http.js';

/** A figure of an incident, and the calls behind it: the answer to `query` has the figure as its `field`. */
export const incidentFigure = z.object({
  /** `impact.calls`, `affected.0.bad`, `series.12.eligible`, `suspects.0.exposed.bad`, `timeline.3.badLong`, ... */
  figure: z.string(),
  /** As the incident shows it; money is a decimal string. */
  value: z.union([z.number(), money]),
  query: z.string(),
  field: z.enum(['total', 'bad', 'users', 'cost', 'outcomes']),
});
export type IncidentFigure = z.infer<typeof incidentFigure>;

/** `exposed`: calls that have the change; `unexposed`: those that they were compared with. */
export const suspectSide = z.enum(['exposed', 'unexposed']);

/** One call that the incident's objective judged. */
export const incidentCall = z.object({
  traceId: z.string(),
  spanId: z.string(),
  at: instant,
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  promptVersion: z.string().nullable(),
  model: z.string().nullable(),
  userId: z.string().nullable(),
  /** 0 is good, 1 is bad; the mean of scores lies between. */
  badness: z.number(),
  reason: z.string().nullable(),
  latencyMs: z.number().nullable(),
  cost: money.nullable(),
});
export const incidentCallsQuery = pageQuery.extend(rangeQuery.shape).extend({
  /** Only calls that are bad at all. */
  bad: z.stringbool().default(false),
  feature: z.string().optional(),
  customer: z.string().optional(),
  /** Only the calls that this suspect was judged by, of the ranking's own range: `from` and `to` do not count then. */
  suspect: z.uuid().optional(),
  /** Of a suspect: the calls that have the change (also when absent), or those that they were compared with. */
  side: suspectSide.optional(),
});
export const incidentCalls = page(incidentCall).extend({
  total: z.number().int(),
  bad: z.number().int(),
  users: z.number().int(),
  cost: money,
});

export const incidentFiguresRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}/calls',
    summary: 'The calls behind a figure of an incident',
    tag: 'incidents',
    scope: 'read',
    query: incidentCallsQuery,
    response: incidentCalls,
  },
];
