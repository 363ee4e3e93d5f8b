import type { z } from 'zod';
import { objectiveWrite, page, change } from '@plimsoll/contract';

/** What the demo needs of the platform's HTTP API; the answers are parsed with the contract's schemas. */
export class Platform {
  constructor(
    private readonly origin: string,
    private readonly key: string,
  ) {}

  async put(path: string, body: unknown): Promise<void> {
    await this.send('PUT', path, body);
  }

  async post(path: string, body: unknown): Promise<void> {
    await this.send('POST', path, body);
  }

  /** Sends events in batches of at most 1,000, so that the store gets few large blocks. */
  async postAll(path: string, events: readonly unknown[]): Promise<void> {
    for (let start = 0; start < events.length; start += 1000) await this.post(path, events.slice(start, start + 1000));
  }

  async get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    return schema.parse(await (await this.send('GET', path)).json());
  }

  /** When the demo's history was made, known by a change it declares last; null on an empty store. */
  async startedAt(title: string, offsetMs: number): Promise<number | null> {
    const { items } = await this.get('/api/v1/changes?kind=prompt&limit=500', page(change));
    const declared = items.find((item) => item.title === title && item.source === 'declared');
    return declared === undefined ? null : Date.parse(declared.at) - offsetMs;
  }

  async objective(definition: z.input<typeof objectiveWrite>): Promise<void> {
    await this.put(`/api/v1/objectives/${definition.slug}`, objectiveWrite.parse(definition));
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }
}
