import { z } from 'zod';

/** Money as an exact decimal string, e.g. `0.02748625`. */
export const money = z.string().regex(/^-?\d+(\.\d+)?$/);
/** An instant, ISO 8601 in UTC. */
export const instant = z.iso.datetime({ offset: true });
export const identifier = z.string().min(1).max(200);
/** Lower-case words joined by hyphens: stable names in URLs and in files kept as code. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'must be lower-case letters, digits and hyphens');

/** A two-sided interval of a sampled figure. */
export const interval = z.object({ low: z.number(), high: z.number(), level: z.number() });

/** Query of a list: `cursor` is opaque and comes from `nextCursor` of the page before. */
export const pageQuery = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** `from` inclusive, `to` exclusive. */
export const rangeQuery = z.object({ from: instant.optional(), to: instant.optional() });

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** RFC 9457 problem details. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  field: z.string().optional(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof problem>;

/** What a key or a session may do; `admin` includes `write`, `write` includes `read`. `ingest` stands alone. */
export const scopes = ['ingest', 'read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI form: `/api/v1/incidents/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** The capability it belongs to; the tag in the OpenAPI page. */
  readonly tag: string;
  readonly scope: Scope | 'public';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Absent for an empty 204. */
  readonly response?: z.ZodType;
  /** Content type of a response that is not JSON. */
  readonly produces?: string;
}

/** What a list answers; `nextCursor` is null on the last page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** One event or a batch of at most 1,000: whoever back-fills sends batches, so that the store gets few large blocks. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item).min(1).max(1000)]);
}
