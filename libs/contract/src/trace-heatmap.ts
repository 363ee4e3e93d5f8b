import { z } from 'zod';
import { instant, type Route } from './http.js';
import { traceQuery } from './traces.js';

/** `duration`: milliseconds of the trace; `quality`: share of its scores that pass, as the trace list shows it. */
export const traceMeasure = z.enum(['duration', 'quality']);

export const traceHeatmapQuery = traceQuery.extend({ measure: traceMeasure.default('duration') });
export type TraceHeatmapQuery = z.infer<typeof traceHeatmapQuery>;

export const traceHeatmap = z.object({
  measure: traceMeasure,
  from: instant,
  to: instant,
  bucketSeconds: z.number().int(),
  /** Lower edge of each band, ascending, in the measure's unit; a band ends where the next begins, the last has no end. */
  bands: z.array(z.number()),
  /** Cells that hold a trace; `band` is an index into `bands`. */
  cells: z.array(z.object({ t: instant, band: z.number().int(), count: z.number().int(), errors: z.number().int() })),
  /** Traces that match but have no such value: those without a score. */
  unmeasured: z.number().int(),
});
export type TraceHeatmap = z.infer<typeof traceHeatmap>;

/** What was selected, by time and value; the upper ends are not part of it. An absent end is open. */
export const traceComparisonQuery = traceHeatmapQuery.extend({
  boxFrom: instant,
  boxTo: instant,
  boxMin: z.coerce.number().optional(),
  boxMax: z.coerce.number().optional(),
});
export type TraceComparisonQuery = z.infer<typeof traceComparisonQuery>;

/** How selected traces differ from all others that match, the attribute that differs most first. */
export const traceComparison = z.object({
  selected: z.number().int(),
  rest: z.number().int(),
  attributes: z.array(
    z.object({
      dimension: z.string(),
      /** Largest difference of shares of one value, 0..1. */
      difference: z.number(),
      /** Traces with the value; the value that differs most first. */
      values: z.array(z.object({ value: z.string(), selected: z.number().int(), rest: z.number().int() })),
    }),
  ),
});
export type TraceComparison = z.infer<typeof traceComparison>;

export const traceHeatmapRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/traces/heatmap',
    summary: 'Traces of a search by time and duration or quality',
    tag: 'traces',
    scope: 'read',
    query: traceHeatmapQuery,
    response: traceHeatmap,
  },
  {
    method: 'GET',
    path: '/api/v1/traces/comparison',
    summary: 'How the traces of a selection differ from the rest of the search',
    tag: 'traces',
    scope: 'read',
    query: traceComparisonQuery,
    response: traceComparison,
  },
];
