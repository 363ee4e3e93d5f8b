import { z } from 'zod';
import { instant, page, type Route } from './http.js';

/** Spans that ended in [from, to) are mapped again, by the dialects of today, from what is stored of them. */
export const remapCreate = z
  .strictObject({
    from: instant,
    to: instant,
    /** Only counts what would change. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { message: 'must be after from', path: ['to'] });
export type RemapCreate = z.infer<typeof remapCreate>;

export const remap = z.object({
  id: z.string(),
  from: instant,
  to: instant,
  dryRun: z.boolean(),
  state: z.enum(['waiting', 'running', 'done', 'cancelled']),
  /** Stored spans in the range when the run began; null before. */
  total: z.number().int().nullable(),
  scanned: z.number().int(),
  /** Spans in which a field changed, or would. */
  changed: z.number().int(),
  /** Spans whose attributes are not stored any more, or that were erased: they stay as they are. */
  notMappable: z.number().int(),
  /** Field -> spans in which it changed. */
  fields: z.record(z.string(), z.number().int()),
  /** Why the last attempt did not get on; it is tried again. */
  error: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type Remap = z.infer<typeof remap>;

export const remapRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/remaps',
    summary: 'Runs that map stored spans again, newest first',
    tag: 'operations',
    scope: 'read',
    response: page(remap),
  },
  {
    method: 'POST',
    path: '/api/v1/remaps',
    summary: 'Map stored spans again by the dialects of today',
    tag: 'operations',
    scope: 'admin',
    body: remapCreate,
    response: remap,
  },
  {
    method: 'GET',
    path: '/api/v1/remaps/{id}',
    summary: 'How far a run is, and what it changed',
    tag: 'operations',
    scope: 'read',
    response: remap,
  },
  {
    method: 'DELETE',
    path: '/api/v1/remaps/{id}',
    summary: 'Stop a run; what it has written stays',
    tag: 'operations',
    scope: 'admin',
  },
];
