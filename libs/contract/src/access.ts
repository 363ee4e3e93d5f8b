import { z } from 'zod';
import { instant, page, pageQuery, scopes, slug, type Route } from './http.js';

export const project = z.object({
  id: z.string(),
  slug,
  name: z.string(),
  /** Everything in it was produced by the demo. */
  simulated: z.boolean(),
  currency: z.string(),
  timeZone: z.string(),
  /** Days that spans are kept, null for ever. */
  spanRetentionDays: z.number().int().nullable(),
  /** Days that messages and raw attributes are kept, null for ever. Figures stay when they go. */
  payloadRetentionDays: z.number().int().nullable(),
  /** What the project itself says; null follows the installation. */
  ownRetention: z.object({ spanDays: z.number().int().nullable(), payloadDays: z.number().int().nullable() }),
  createdAt: instant,
});
export type Project = z.infer<typeof project>;

export const projectCreate = z.strictObject({
  name: z.string().min(1).max(80),
  slug: slug.optional(),
  currency: z.string().length(3).optional(),
  timeZone: z.string().optional(),
  /** True for a project that a simulation fills. */
  simulated: z.boolean().optional(),
});
/** Days within what a date can hold and a person means. */
const retentionDays = z.number().int().min(1).max(36_500);
export const projectUpdate = z.strictObject({
  name: z.string().min(1).max(80).optional(),
  currency: z.string().length(3).optional(),
  timeZone: z.string().optional(),
  /** For spans that arrive from now on; what is stored goes on the day it was given. Null: as the installation says. */
  spanRetentionDays: retentionDays.nullable().optional(),
  /** For stored ones too, at the next daily run. Null: as the installation says. */
  payloadRetentionDays: retentionDays.nullable().optional(),
});

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The visible part, `plk_ab12cd34`. */
  prefix: z.string(),
  scopes: z.array(z.enum(scopes)),
  /** Spans and log records a second that it may send; null: no limit. */
  rateLimit: z.number().int().nullable(),
  projectId: z.string(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;
const keyRate = z.number().int().min(1).max(10_000_000).nullable();
export const apiKeyCreate = z.strictObject({
  name: z.string().min(1).max(80),
  scopes: z.array(z.enum(scopes)).min(1),
  rateLimit: keyRate.optional(),
});
/** What is left out stays as it is; a rate of null lifts the limit. */
export const apiKeyUpdate = z.strictObject({ name: z.string().min(1).max(80), rateLimit: keyRate }).partial();
/** `secret` is the whole key; it is shown once and cannot be had again. */
export const apiKeyCreated = apiKey.extend({ secret: z.string() });

export const session = z.object({
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
  organisation: z.object({ id: z.string(), name: z.string() }),
  projects: z.array(project),
  scopes: z.array(z.enum(scopes)),
  version: z.string(),
});
export type Session = z.infer<typeof session>;

/** `token` is for one sign-in, by `POST /api/v1/session`. */
export const signInLink = z.object({ token: z.string(), expiresAt: instant });

export const auditEntry = z.object({
  id: z.string(),
  at: instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** Ingest side of onboarding: where to send, and what happened last. */
export const onboarding = z.object({
  otlpHttpEndpoint: z.string(),
  otlpGrpcEndpoint: z.string().nullable(),
  firstSpanAt: instant.nullable(),
  firstTraceId: z.string().nullable(),
  /** Newest first; those whose key belongs to nobody are shown to every project, for a day. */
  lastRejections: z.array(
    z.object({
      at: instant,
      signal: z.string(),
      reason: z.string(),
      detail: z.string(),
      /** Path of HTTP, or service and method of gRPC; empty for refusals from before it was written down. */
      route: z.string(),
      /** The part of the request at fault; null where it is the whole. */
      field: z.string().nullable(),
      /** The visible part of the key; null where none was sent, or one that belongs to nobody. */
      keyPrefix: z.string().nullable(),
      userAgent: z.string(),
      /** Requests, or spans and log records inside a request. */
      count: z.number().int(),
    }),
  ),
  /** Attributes of the last 30 days that no dialect explains: kept as they are, and read into no figure. */
  unmappedAttributes: z.array(z.object({ scopeName: z.string(), key: z.string(), count: z.number().int() })),
});
export type Onboarding = z.infer<typeof onboarding>;

/**
 * A key belongs to one project. A session chooses the project by the header `x-plimsoll-project` (id or slug);
 * every path below `/api/v1` is answered within that project.
 */
export const accessRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/session',
    summary: 'Who is asking, with which projects',
    tag: 'access',
    scope: 'read',
    response: session,
  },
  {
    method: 'POST',
    path: '/api/v1/session',
    summary: 'Exchange a one-time sign-in token for a session cookie',
    tag: 'access',
    scope: 'public',
    body: z.strictObject({ token: z.string() }),
    response: session,
  },
  {
    method: 'POST',
    path: '/api/v1/sign-in-links',
    summary: 'Make a one-time sign-in token for the owner',
    tag: 'access',
    scope: 'admin',
    response: signInLink,
  },
  { method: 'DELETE', path: '/api/v1/session', summary: 'Sign out', tag: 'access', scope: 'read' },
  {
    method: 'GET',
    path: '/api/v1/projects',
    summary: 'List projects',
    tag: 'access',
    scope: 'read',
    response: page(project),
  },
  {
    method: 'POST',
    path: '/api/v1/projects',
    summary: 'Create a project',
    tag: 'access',
    scope: 'admin',
    body: projectCreate,
    response: project,
  },
  {
    method: 'PATCH',
    path: '/api/v1/projects/{id}',
    summary: 'Change a project',
    tag: 'access',
    scope: 'admin',
    body: projectUpdate,
    response: project,
  },
  {
    method: 'GET',
    path: '/api/v1/keys',
    summary: 'List the API keys of the project',
    tag: 'access',
    scope: 'admin',
    query: pageQuery,
    response: page(apiKey),
  },
  {
    method: 'POST',
    path: '/api/v1/keys',
    summary: 'Create an API key',
    tag: 'access',
    scope: 'admin',
    body: apiKeyCreate,
    response: apiKeyCreated,
  },
  {
    method: 'PATCH',
    path: '/api/v1/keys/{id}',
    summary: 'Change the name or the rate of an API key',
    tag: 'access',
    scope: 'admin',
    body: apiKeyUpdate,
    response: apiKey,
  },
  { method: 'DELETE', path: '/api/v1/keys/{id}', summary: 'Revoke an API key', tag: 'access', scope: 'admin' },
  {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'Audit log',
    tag: 'access',
    scope: 'admin',
    query: pageQuery,
    response: page(auditEntry),
  },
  {
    method: 'GET',
    path: '/api/v1/onboarding',
    summary: 'Where to send, first trace, last rejections, unmapped attributes',
    tag: 'access',
    scope: 'read',
    response: onboarding,
  },
];
