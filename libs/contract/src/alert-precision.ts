import { z } from 'zod';
import { interval } from './http.js';

/** How many of what alerted were real, of those that people judged. */
export const precision = z.object({
  /** Judged or not. */
  of: z.number().int(),
  judged: z.number().int(),
  real: z.number().int(),
  /** Null while fewer than five are judged. */
  share: z.number().nullable(),
  /** Wilson. */
  interval: interval.nullable(),
});
export type PrecisionView = z.infer<typeof precision>;

/** Of an objective's closed incidents: all of them, and those in which a tier fired. */
export const alertPrecision = precision.extend({
  tiers: z.array(precision.extend({ name: z.string() })),
});
export type AlertPrecision = z.infer<typeof alertPrecision>;
