import { page, PlimsollError, problem } from '@plimsoll/contract';
import { z } from 'zod';

export interface PlatformOptions {
  readonly url: string;
  readonly key: string;
}

/** The API of a running platform, as a key may use it. */
export class PlatformApi {
  constructor(private readonly options: PlatformOptions) {}

  /** All pages of a list. */
  async list<T extends z.ZodType>(path: string, item: T): Promise<z.infer<T>[]> {
    const items: z.infer<T>[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const answer = page(item).parse(await this.call('GET', `${path}${query}`));
      items.push(...answer.items);
      cursor = answer.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /**
   * The body of an answer, null where it is empty.
   * @throws PlimsollError `unavailable` where nothing answers, else with the platform's own reason.
   */
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const { url, key } = this.options;
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new PlimsollError('unavailable', `no platform answers at ${url}`, { field: '--url', cause });
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    const refused = problem.safeParse(answer);
    const reason = refused.success ? refused.data.detail : `status ${response.status}`;
    throw new PlimsollError('invalid_input', `${method} ${path}: ${reason}`);
  }
}
