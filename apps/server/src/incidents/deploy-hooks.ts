import { type changeCreate, githubHookBody, gitlabHookBody } from '@plimsoll/contract';
import type { z } from 'zod';

type ChangeCreate = z.output<typeof changeCreate>;

/** What the sender's hook address says beside the payload. */
export interface DeployHookQuery {
  /** The feature that this repository is; every feature without it. */
  readonly feature?: string | undefined;
  /** Only deployments to this environment count. */
  readonly environment?: string | undefined;
}

/**
 * The change in a GitHub delivery: a deployment that succeeded or a release that was published.
 * @param event the header `x-github-event`
 * @returns null for every other delivery: it is answered and forgotten.
 */
export function changeOfGithub(
  event: string,
  body: z.output<typeof githubHookBody>,
  query: DeployHookQuery,
): ChangeCreate | null {
  const repository = body.repository?.full_name ?? 'repository';
  const { release, deployment, deployment_status: status } = body;
  if (event === 'release' && body.action === 'published' && given(release)) {
    return changeOf(query, {
      to: release.tag_name,
      at: release.published_at,
      title: `release ${release.tag_name} of ${repository} published`,
      link: release.html_url,
      actor: release.author?.login,
    });
  }
  if (event !== 'deployment_status' || status?.state !== 'success' || !given(deployment)) return null;
  const environment = status.environment ?? deployment.environment;
  if (query.environment !== undefined && query.environment !== environment) return null;
  const to = versionOf(deployment.ref, deployment.sha);
  return changeOf(query, {
    to,
    at: status.created_at,
    title: `release ${to} of ${repository} deployed to ${environment ?? 'its environment'}`,
    link: status.target_url || status.log_url || undefined,
    actor: status.creator?.login ?? deployment.creator?.login,
  });
}

/** The same for GitLab: `object_kind` says what happened. */
export function changeOfGitlab(body: z.output<typeof gitlabHookBody>, query: DeployHookQuery): ChangeCreate | null {
  const project = body.project?.path_with_namespace ?? body.project?.name ?? 'project';
  if (body.object_kind === 'release' && body.action === 'create' && given(body.tag)) {
    return changeOf(query, {
      to: body.tag,
      at: body.released_at,
      title: `release ${body.tag} of ${project} published`,
      link: body.url,
      actor: body.commit?.author?.name,
    });
  }
  if (body.object_kind !== 'deployment' || body.status !== 'success') return null;
  if (query.environment !== undefined && query.environment !== body.environment) return null;
  const to = versionOf(body.ref ?? '', body.short_sha ?? '');
  return changeOf(query, {
    to,
    at: body.status_changed_at,
    title: `release ${to} of ${project} deployed to ${body.environment ?? 'its environment'}`,
    link: body.deployable_url ?? body.commit_url,
    actor: body.user?.username ?? body.user?.name,
  });
}

/** A tag such as `v2.3.1` names the version; the tip of a branch is named by its commit. */
const versionOf = (ref: string, sha: string): string => (/^\D{0,20}\d+(\.\d+)+/.test(ref) || sha === '' ? ref : sha);

/** Senders write null for what they do not know. */
const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

interface Deployed {
  readonly to: string;
  readonly at: string | null | undefined;
  readonly title: string;
  readonly link: string | null | undefined;
  readonly actor: string | null | undefined;
}

function changeOf({ feature }: DeployHookQuery, { to, at, title, link, actor }: Deployed): ChangeCreate {
  const instant = instantOf(at);
  return {
    kind: 'release',
    to: to.slice(0, 200),
    title: title.slice(0, 300),
    ...(feature === undefined ? {} : { feature }),
    ...(instant === null ? {} : { at: instant }),
    ...(given(link) && URL.canParse(link) ? { link } : {}),
    ...(given(actor) && actor !== '' ? { actor: actor.slice(0, 200) } : {}),
  };
}

/** GitLab writes `2021-04-28 21:50:00 +0200` or `... UTC`, GitHub ISO 8601. */
function instantOf(text: string | null | undefined): string | null {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?) ?(UTC|Z|[+-]\d\d:?\d\d)$/.exec(text ?? '');
  if (match === null) return null;
  const zone = match[3] === 'UTC' || match[3] === 'Z' ? 'Z' : (match[3] ?? 'Z').replace(/(\d\d):?(\d\d)$/, '$1:$2');
  const milliseconds = Date.parse(`${match[1]}T${match[2]}${zone}`);
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
