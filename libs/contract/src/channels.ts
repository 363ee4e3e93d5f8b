import { z } from 'zod';
import { instant, page, type Route } from './http.js';
import { severity } from './severity.js';

export const notificationChannelWrite = z.strictObject({
  name: z.string().min(1).max(80),
  kind: z.enum(['webhook', 'slack', 'pagerduty', 'alertmanager', 'email']),
  url: z.string().max(2000),
  /** Signing secret, routing key or password; never shown again. */
  secret: z.string().optional(),
  severities: z.array(severity).default(['page', 'ticket']),
  enabled: z.boolean().default(true),
  /** False: told only when an escalation names it, and of what follows then. */
  broadcast: z.boolean().default(true),
  /** True: told of declared changes (deploys, prompt versions) as well, which page nobody. */
  changes: z.boolean().default(false),
  allowPrivate: z.boolean().default(false),
});
export const notificationChannel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Host only: the rest of a webhook address is a secret. */
  host: z.string(),
  hasSecret: z.boolean(),
  severities: z.array(severity),
  enabled: z.boolean(),
  broadcast: z.boolean(),
  changes: z.boolean(),
  lastDeliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
  pending: z.number().int(),
});

/** Planned time in which nobody outside is told; incidents open and keep their timeline all the same. */
export const silenceWrite = z
  .strictObject({
    /** Slugs; empty: every objective. */
    objectives: z.array(z.string()).default([]),
    /** Empty: every feature. */
    features: z.array(z.string()).default([]),
    startsAt: instant.optional(),
    endsAt: instant,
    comment: z.string().min(1).max(1000),
  })
  .refine(({ startsAt, endsAt }) => startsAt === undefined || Date.parse(endsAt) > Date.parse(startsAt), {
    path: ['endsAt'],
    message: 'must be after startsAt',
  });
export const silence = z.object({
  id: z.string(),
  objectives: z.array(z.string()),
  features: z.array(z.string()),
  startsAt: instant,
  endsAt: instant,
  comment: z.string(),
  createdBy: z.string(),
  active: z.boolean(),
});

export const channelsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/channels',
    summary: 'Notification channels and their health',
    tag: 'incidents',
    scope: 'read',
    response: page(notificationChannel),
  },
  {
    method: 'POST',
    path: '/api/v1/channels',
    summary: 'Add a notification channel',
    tag: 'incidents',
    scope: 'admin',
    body: notificationChannelWrite,
    response: notificationChannel,
  },
  { method: 'DELETE', path: '/api/v1/channels/{id}', summary: 'Remove a channel', tag: 'incidents', scope: 'admin' },
  {
    method: 'POST',
    path: '/api/v1/channels/{id}/test',
    summary: 'Send a test notification',
    tag: 'incidents',
    scope: 'admin',
    response: z.object({ delivered: z.boolean(), error: z.string().nullable() }),
  },
  {
    method: 'GET',
    path: '/api/v1/silences',
    summary: 'Silences that hold or are planned',
    tag: 'incidents',
    scope: 'read',
    response: page(silence),
  },
  {
    method: 'POST',
    path: '/api/v1/silences',
    summary: 'Silence notifications for a while',
    tag: 'incidents',
    scope: 'write',
    body: silenceWrite,
    response: silence,
  },
  { method: 'DELETE', path: '/api/v1/silences/{id}', summary: 'End a silence now', tag: 'incidents', scope: 'write' },
];
