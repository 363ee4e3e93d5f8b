import { z } from 'zod';
import { instant, page, slug, type Route } from './http.js';

/**
 * A stretch of time whose events count nowhere: not in figures, budgets and charts, not in alerts, backtests and
 * incidents. Whole minutes; what is stored is never touched, so taking it back brings everything back.
 */
export const exclusionWrite = z.strictObject({
  /** Slug; absent: all objectives of the project. */
  objective: slug.optional(),
  from: instant,
  to: instant,
  reason: z.string().min(1).max(1000),
});
export type ExclusionWrite = z.infer<typeof exclusionWrite>;

export const exclusion = z.object({
  id: z.string(),
  /** Slug; null: all objectives. */
  objective: slug.nullable(),
  from: instant,
  to: instant,
  reason: z.string(),
  createdBy: z.string(),
  createdAt: instant,
  /** Taken back: listed for good, and without effect. */
  revokedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
});
export type Exclusion = z.infer<typeof exclusion>;

export const exclusionsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/exclusions',
    summary: 'Stretches of time that do not count, newest first, also those taken back',
    tag: 'slo',
    scope: 'read',
    response: page(exclusion),
  },
  {
    method: 'POST',
    path: '/api/v1/exclusions',
    summary: 'Take a stretch of time out of every figure, signed and reversible',
    tag: 'slo',
    scope: 'write',
    body: exclusionWrite,
    response: exclusion,
  },
  {
    method: 'DELETE',
    path: '/api/v1/exclusions/{id}',
    summary: 'Take an exclusion back: its events count again',
    tag: 'slo',
    scope: 'write',
  },
];
