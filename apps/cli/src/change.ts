import { change, changeCreate, firstIssue, page, PlimsollError, problem } from '@plimsoll/contract';

export interface ChangeOptions {
  readonly url: string;
  readonly key: string;
  readonly kind: string;
  readonly feature?: string;
  readonly attribute?: string;
  readonly from?: string;
  readonly to?: string;
  /** ISO 8601; now when absent. */
  readonly at?: string;
  readonly title?: string;
  readonly link?: string;
  readonly actor?: string;
  /** The same key with the same change adds nothing a second time. */
  readonly idempotencyKey?: string;
}

/**
 * Tells a running platform of a change, for a deploy pipeline. Prints one line of JSON: the stored change.
 * @throws PlimsollError `invalid_input` naming the option, or with the platform's own reason.
 */
export async function declareChange(options: ChangeOptions): Promise<void> {
  const { url, key, idempotencyKey, ...given } = options;
  const body = changeCreate.safeParse(given);
  if (!body.success) {
    const { path, message } = firstIssue(body.error);
    const field = `--${String(path[0] ?? 'kind')}`;
    throw new PlimsollError('invalid_input', `${field}: ${message}`, { field });
  }
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  const request = { method: 'POST', headers, body: JSON.stringify(body.data) };
  const response = await fetch(new URL('/api/v1/changes', url), request).catch((cause: unknown) => {
    throw new PlimsollError('unavailable', `no platform answers at ${url}`, { field: '--url', cause });
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const refused = problem.safeParse(answer);
    const reason = refused.success ? refused.data.detail : `status ${response.status}`;
    throw new PlimsollError('invalid_input', `change: ${reason}`);
  }
  const [stored] = page(change).parse(answer).items;
  process.stdout.write(`${JSON.stringify(stored)}\n`);
}
