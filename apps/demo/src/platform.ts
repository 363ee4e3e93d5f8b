import type { z } from 'zod';
import { objectiveWrite, page, change } from '@plimsoll/contract';

const passing = new Set([429, 503]);
const maxAttempts = 20;

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

  /** Waits and tries again while the platform asks for it; anything else that fails ends the demo. */
  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.ok) return response;
      const text = await response.text();
      if (!passing.has(response.status) || attempt === maxAttempts) {
        throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      }
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, seconds) * 1000));
    }
  }
}
