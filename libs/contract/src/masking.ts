import { z } from 'zod';
import type { Route } from './http.js';

export const maskingModes = ['off', 'on', 'drop-content'] as const;

/** A rule of the project's own. Every repeat in `pattern` needs a bound, so that it is linear in any text. */
export const maskingRule = z.strictObject({
  /** Stands where something was found: `[customer_number]`. */
  id: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and underscores'),
  /** A JavaScript regular expression, read in Unicode mode. */
  pattern: z.string().min(1).max(500),
  ignoreCase: z.boolean().default(false),
});

export const maskingWrite = z.strictObject({
  mode: z.enum(maskingModes),
  /** Ids of built-in detectors that shall not run. */
  detectorsOff: z.array(z.string().max(40)).max(20).default([]),
  rules: z.array(maskingRule).max(20).default([]),
});

export const masking = maskingWrite.extend({
  /** `installation`: the project has no policy of its own, PLIMSOLL_MASKING holds. */
  source: z.enum(['project', 'installation']),
  /** What can be switched off. */
  builtIn: z.array(z.object({ id: z.string(), title: z.string() })),
  /** Findings of the last 30 days by detector; `failed`: withheld because it could not be checked. */
  counts: z.record(z.string(), z.number().int()),
});
export type MaskingWrite = z.infer<typeof maskingWrite>;
export type Masking = z.infer<typeof masking>;

export const maskingRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/masking',
    summary: 'What is taken out of content before it is stored, and how often',
    tag: 'operations',
    scope: 'admin',
    response: masking,
  },
  {
    method: 'PUT',
    path: '/api/v1/masking',
    summary: "Set the project's masking policy",
    tag: 'operations',
    scope: 'admin',
    body: maskingWrite,
    response: masking,
  },
];
