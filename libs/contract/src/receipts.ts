import { z } from 'zod';
import { instant, type Route } from './http.js';

/** What became of an export that carried the header `x-plimsoll-receipt: <id>`. */
export const receipt = z.object({
  id: z.string(),
  signal: z.enum(['traces', 'logs', 'metrics']),
  /** Spans, log records or data points. */
  accepted: z.number().int(),
  rejected: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** Why nothing of it was taken; null where it was. `code` as in the errors of the API, `field` null for the whole request. */
  refused: z.object({ code: z.string(), field: z.string().nullable(), cause: z.string() }).nullable(),
  receivedAt: instant,
  /** Null for an export that was refused as a whole, as `visibleAt`. */
  storedAt: instant.nullable(),
  /** When queries began to see it: with the answer, so equal to `storedAt`. */
  visibleAt: instant.nullable(),
  /** When the first score of one of its traces was stored, null until then. */
  scoredAt: instant.nullable(),
});
export type Receipt = z.infer<typeof receipt>;

export const receiptsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/receipts/{id}',
    summary: 'What became of an export that asked for a receipt',
    tag: 'operations',
    scope: 'read',
    response: receipt,
  },
];
