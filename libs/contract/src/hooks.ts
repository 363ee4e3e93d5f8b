import { z } from 'zod';
import { change } from './changes.js';
import { page, type Route } from './http.js';

/** What is read of a sender's payload; unknown keys pass, and a missing one never refuses a delivery. */
const text = z.string().nullish();
const person = z.looseObject({ login: text }).nullish();

/** GitHub's `deployment_status` and `release` events. */
export const githubHookBody = z.looseObject({
  action: text,
  repository: z.looseObject({ full_name: text }).nullish(),
  release: z.looseObject({ tag_name: z.string(), html_url: text, published_at: text, author: person }).nullish(),
  deployment: z.looseObject({ ref: z.string(), sha: z.string(), environment: text, creator: person }).nullish(),
  deployment_status: z
    .looseObject({
      state: text,
      environment: text,
      target_url: text,
      log_url: text,
      created_at: text,
      creator: person,
    })
    .nullish(),
});

/** GitLab's deployment and release events. */
export const gitlabHookBody = z.looseObject({
  object_kind: text,
  action: text,
  status: text,
  status_changed_at: text,
  environment: text,
  ref: text,
  short_sha: text,
  deployable_url: text,
  commit_url: text,
  tag: text,
  url: text,
  released_at: text,
  user: z.looseObject({ name: text, username: text }).nullish(),
  project: z.looseObject({ name: text, path_with_namespace: text }).nullish(),
  commit: z.looseObject({ author: z.looseObject({ name: text }).nullish() }).nullish(),
});

const labels = z.record(z.string(), z.string()).default({});

/** Body version 4 of Alertmanager's webhook. */
export const alertmanagerHookBody = z.looseObject({
  alerts: z
    .array(
      z.looseObject({
        status: text,
        labels,
        annotations: labels,
        startsAt: text,
        endsAt: text,
        generatorURL: text,
        fingerprint: text,
      }),
    )
    .max(1000)
    .default([]),
});

/** In the address of a hook, because its sender sends no headers of ours. */
export const deployHookQuery = z.object({
  /** An API key with the scope ingest, when no header carries it. */
  key: z.string().optional(),
  /** The feature that the repository is; every feature without it. */
  feature: z.string().max(200).optional(),
  /** Only deployments to this environment. */
  environment: z.string().max(200).optional(),
});

export const hookSender = z.enum(['github', 'gitlab']);
export type HookSender = z.infer<typeof hookSender>;
/** What a sender signs with. While there is one, an unsigned delivery is refused. */
export const hookSecretWrite = z.strictObject({ secret: z.string().min(8).max(500) });
export const hookSecret = z.object({
  sender: hookSender,
  hasSecret: z.boolean(),
  /** The header that is checked. */
  header: z.string(),
});

/** Hooks of other systems. They answer 200 with no items for what they do not take. */
export const hooksRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/hooks/github',
    summary: 'GitHub webhook: deployments and releases become changes',
    tag: 'incidents',
    scope: 'ingest',
    query: deployHookQuery,
    body: githubHookBody,
    response: page(change),
  },
  {
    method: 'POST',
    path: '/api/v1/hooks/gitlab',
    summary: 'GitLab webhook: deployments and releases become changes',
    tag: 'incidents',
    scope: 'ingest',
    query: deployHookQuery,
    body: gitlabHookBody,
    response: page(change),
  },
  {
    method: 'POST',
    path: '/api/v1/hooks/alertmanager',
    summary: 'Alertmanager webhook: alerts of other systems beside the incidents of their feature',
    tag: 'incidents',
    scope: 'ingest',
    query: deployHookQuery,
    body: alertmanagerHookBody,
    response: page(change),
  },
  {
    method: 'GET',
    path: '/api/v1/hook-secrets',
    summary: 'Which senders of hooks must sign',
    tag: 'incidents',
    scope: 'read',
    response: page(hookSecret),
  },
  {
    method: 'PUT',
    path: '/api/v1/hook-secrets/{sender}',
    summary: 'Set the secret that a sender of hooks signs with',
    tag: 'incidents',
    scope: 'admin',
    body: hookSecretWrite,
    response: hookSecret,
  },
  {
    method: 'DELETE',
    path: '/api/v1/hook-secrets/{sender}',
    summary: 'Take unsigned deliveries again',
    tag: 'incidents',
    scope: 'admin',
  },
];
