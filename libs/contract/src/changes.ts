import { z } from 'zod';
import { instant, oneOrMany, page, pageQuery, rangeQuery, type Route } from './http.js';

export const changeKinds = [
  'prompt',
  'model',
  'route',
  'params',
  'retrieval',
  'tool',
  'release',
  'scorer',
  'sampling',
  'price',
  'gpu',
  'flag',
  'other',
] as const;

export const change = z.object({
  id: z.string(),
  at: instant,
  kind: z.enum(changeKinds),
  feature: z.string().nullable(),
  /** Span dimension in which it shows: `promptVersion`, `responseModel`, `release`, ... */
  attribute: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  title: z.string(),
  link: z.string().nullable(),
  actor: z.string().nullable(),
  source: z.enum(['declared', 'first_seen']),
});
export type Change = z.infer<typeof change>;

export const changeCreate = z.strictObject({
  at: instant.optional(),
  kind: z.enum(changeKinds),
  feature: z.string().max(200).optional(),
  attribute: z.string().max(80).optional(),
  from: z.string().max(200).optional(),
  to: z.string().max(200).optional(),
  title: z.string().max(300).optional(),
  link: z.url().optional(),
  actor: z.string().max(200).optional(),
});

export const changesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/changes',
    summary: 'Change events',
    tag: 'incidents',
    scope: 'read',
    query: pageQuery
      .extend(rangeQuery.shape)
      .extend({ feature: z.string().optional(), kind: z.enum(changeKinds).optional() }),
    response: page(change),
  },
  {
    method: 'POST',
    path: '/api/v1/changes',
    summary: 'Declare a change',
    tag: 'incidents',
    scope: 'ingest',
    body: oneOrMany(changeCreate),
    response: page(change),
  },
];
