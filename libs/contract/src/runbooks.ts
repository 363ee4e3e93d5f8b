import { z } from 'zod';
import { instant, page, type Route } from './http.js';

const name = z.string().min(1).max(80);

/**
 * A call that a runbook may make: the list of these is the list of addresses that may be called, and only an
 * administrator adds to it. Parameters are templates such as `{{suspect.from}}`.
 */
export const runbookActionWrite = z.strictObject({
  name,
  title: z.string().min(1).max(200),
  url: z.url().max(2000),
  /** Base64; the call carries Standard Webhooks headers signed with it. */
  secret: z.string().max(500).optional(),
  parameters: z.record(z.string().max(80), z.string().max(500)).default({}),
  allowPrivate: z.boolean().default(false),
});
export const runbookAction = z.object({
  id: z.string(),
  name,
  title: z.string(),
  host: z.string(),
  hasSecret: z.boolean(),
  parameters: z.record(z.string(), z.string()),
});

/** Markdown with `- [ ]` steps and `{{...}}` in links; for objectives, kinds of SLI or kinds of suspect, else for all. */
export const runbookWrite = z.strictObject({
  name,
  body: z.string().min(1).max(20_000),
  objectives: z.array(z.string()).max(500).default([]),
  kinds: z.array(z.enum(['latency', 'error', 'quality', 'cost'])).default([]),
  suspectKinds: z.array(z.string().max(40)).max(40).default([]),
  /** Names of actions. */
  actions: z.array(name).max(20).default([]),
});
export const runbook = runbookWrite.extend({ id: z.string() });

/** The runbook of an incident, filled in. */
export const incidentRunbook = z.object({
  /** Null where the objective has a text of its own. */
  name: z.string().nullable(),
  body: z.string(),
  steps: z.array(
    z.object({
      step: z.number().int(),
      text: z.string(),
      done: z.boolean(),
      by: z.string().nullable(),
      at: instant.nullable(),
    }),
  ),
  actions: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      host: z.string(),
      parameters: z.record(z.string(), z.string()),
      /** Parameters that this incident cannot fill; with one of these the action cannot be run. */
      missing: z.array(z.string()),
    }),
  ),
});
export type IncidentRunbook = z.infer<typeof incidentRunbook>;

export const runbookStepTick = z.strictObject({ step: z.number().int().min(1), done: z.boolean().default(true) });

/** Without `confirm` nothing is called: the answer shows what would be. */
export const runbookRunCreate = z.strictObject({ action: name, confirm: z.boolean().default(false) });
export const runbookRun = z.object({
  /** Null for a preview. */
  id: z.string().nullable(),
  action: z.string(),
  host: z.string(),
  /** What is sent as `data.parameters`. */
  parameters: z.record(z.string(), z.string()),
  status: z.enum(['preview', 'running', 'succeeded', 'failed']),
  error: z.string().nullable(),
});
export type RunbookRun = z.infer<typeof runbookRun>;

export const runbooksRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/runbooks',
    summary: 'Runbooks',
    tag: 'incidents',
    scope: 'read',
    response: page(runbook),
  },
  {
    method: 'POST',
    path: '/api/v1/runbooks',
    summary: 'Add a runbook, or replace the one of this name',
    tag: 'incidents',
    scope: 'write',
    body: runbookWrite,
    response: runbook,
  },
  { method: 'DELETE', path: '/api/v1/runbooks/{id}', summary: 'Remove a runbook', tag: 'incidents', scope: 'write' },
  {
    method: 'GET',
    path: '/api/v1/runbook-actions',
    summary: 'Calls that runbooks may make',
    tag: 'incidents',
    scope: 'read',
    response: page(runbookAction),
  },
  {
    method: 'POST',
    path: '/api/v1/runbook-actions',
    summary: 'Allow a call, or replace the one of this name',
    tag: 'incidents',
    scope: 'admin',
    body: runbookActionWrite,
    response: runbookAction,
  },
  {
    method: 'DELETE',
    path: '/api/v1/runbook-actions/{id}',
    summary: 'Forbid a call',
    tag: 'incidents',
    scope: 'admin',
  },
  {
    method: 'POST',
    path: '/api/v1/incidents/{id}/runbook-steps',
    summary: 'Tick or clear a step of the runbook',
    tag: 'incidents',
    scope: 'write',
    body: runbookStepTick,
    response: incidentRunbook,
  },
  {
    method: 'POST',
    path: '/api/v1/incidents/{id}/runbook-runs',
    summary: 'Preview an action of the runbook, or run it',
    tag: 'incidents',
    scope: 'write',
    body: runbookRunCreate,
    response: runbookRun,
  },
];
