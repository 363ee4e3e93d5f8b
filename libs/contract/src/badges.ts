import { z } from 'zod';
import { instant, type Route } from './http.js';

/** Whether an objective shows its budget to whoever knows the address. */
export const badge = z.object({
  /** Path of the picture, to be read without a key; null: switched off. */
  path: z.string().nullable(),
  createdBy: z.string().nullable(),
  createdAt: instant.nullable(),
});
export type Badge = z.infer<typeof badge>;

const path = '/api/v1/objectives/{slug}/badge';

export const badgesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    summary: 'Whether the budget of an objective may be embedded elsewhere, and where it is',
    tag: 'slo',
    scope: 'read',
    response: badge,
  },
  {
    method: 'PUT',
    path,
    summary: 'Switch the badge on, or give it a new address: the one before shows nothing any more',
    tag: 'slo',
    scope: 'write',
    response: badge,
  },
  { method: 'DELETE', path, summary: 'Switch the badge off', tag: 'slo', scope: 'write' },
  {
    method: 'GET',
    path: '/api/v1/badges/{file}',
    summary: 'The budget of an objective as a picture: name, what is left, status, and nothing else',
    tag: 'slo',
    scope: 'public',
    response: z.string(),
    produces: 'image/svg+xml',
  },
];
