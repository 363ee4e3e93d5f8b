import type { Platform } from '../flows/platform.js';

/** A project beside `default`, with a key of its own. */
export interface MadeProject {
  readonly id: string;
  readonly key: string;
  /** GET of an API path within the project. */
  read<T>(path: string): Promise<T>;
}

/** Makes projects as the owner does in the dashboard: signs in once, then one project and one key each. */
export async function makeProjects(platform: Platform, slugs: readonly string[]): Promise<MadeProject[]> {
  const { token } = await platform.api<{ token: string }>('POST', '/api/v1/sign-in-links');
  const headers = { origin: platform.apiUrl, 'content-type': 'application/json' };
  const signedIn = await fetch(`${platform.apiUrl}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const post = async <T>(path: string, body: object, project = 'default'): Promise<T> => {
    const response = await fetch(`${platform.apiUrl}${path}`, {
      method: 'POST',
      headers: { ...headers, cookie, 'x-plimsoll-project': project },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const made: MadeProject[] = [];
  for (const slug of slugs) {
    const { id } = await post<{ id: string }>('/api/v1/projects', { name: slug, slug });
    const { secret } = await post<{ secret: string }>('/api/v1/keys', { name: slug, scopes: ['ingest', 'read'] }, slug);
    const authorization = `Bearer ${secret}`;
    const read = <T>(path: string) => platform.api<T>('GET', path, undefined, { authorization });
    made.push({ id, key: secret, read });
  }
  return made;
}
