import type { Platform } from '../flows/platform.js';

/** A project beside `default`, with a key of its own. */
export interface MadeProject {
  readonly id: string;
  readonly key: string;
  /** GET of an API path within the project. */
  read<T>(path: string): Promise<T>;
}

/** Calls an API path as the owner in the dashboard, within the project of this slug. */
type OwnerCall = <T>(method: 'GET' | 'POST', path: string, project: string, body?: object) => Promise<T>;

/** Signs in as the owner, who may work in every project. */
export async function signInAsOwner(platform: Platform): Promise<OwnerCall> {
  const { token } = await platform.api<{ token: string }>('POST', '/api/v1/sign-in-links');
  const headers = { origin: platform.apiUrl, 'content-type': 'application/json' };
  const signedIn = await fetch(`${platform.apiUrl}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async <T>(method: string, path: string, project: string, body?: object): Promise<T> => {
    const response = await fetch(`${platform.apiUrl}${path}`, {
      method,
      headers: { ...headers, cookie, 'x-plimsoll-project': project },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
}

/** Makes projects as the owner does in the dashboard, with one key each. */
export async function makeProjects(platform: Platform, slugs: readonly string[]): Promise<MadeProject[]> {
  const call = await signInAsOwner(platform);
  const made: MadeProject[] = [];
  for (const slug of slugs) {
    const { id } = await call<{ id: string }>('POST', '/api/v1/projects', 'default', { name: slug, slug });
    const scopes = ['ingest', 'read'];
    const { secret } = await call<{ secret: string }>('POST', '/api/v1/keys', slug, { name: slug, scopes });
    const authorization = `Bearer ${secret}`;
    const read = <T>(path: string) => platform.api<T>('GET', path, undefined, { authorization });
    made.push({ id, key: secret, read });
  }
  return made;
}
