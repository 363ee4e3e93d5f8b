import { setTimeout as sleep } from 'node:timers/promises';
import { protobufOfJson } from '../builders/otlp-proto.js';
import { buildTraces } from '../builders/otlp.js';
import { batchOf, hash, type SentCall } from './sent-calls.js';

export interface ClientsOptions {
  readonly otlpUrl: string;
  readonly apiUrl: string;
  readonly key: string;
  readonly clients: number;
  readonly spansPerRequest: number;
}

const json = 'application/json';
/** A batch is given up after this many tries; it then counts as not acknowledged. */
const mostTries = 400;
const requestTimeoutMs = 40_000;
const retryAfterMs = 150;
const progressTimeoutMs = 90_000;
/** Late and early spans, so that more than the present minute is dirty all the time. */
const agesMinutes = [0, 0, 0, 1, 3, 20, 90];

/** Name of the outcome that every batch has. */
export const outcomeName = 'resolved';

/**
 * Clients that send a batch until it is acknowledged, as an OTLP exporter does: over connections that break, 503s and
 * time-outs, always the same bytes. Each batch has an outcome, sent the same way.
 */
export class RetryingClients {
  readonly acknowledged: SentCall[] = [];
  /** Keys of outcomes that were acknowledged. */
  readonly outcomes: string[] = [];
  retries = 0;
  private stopping = false;
  private readonly running: Promise<void>[] = [];

  constructor(private readonly options: ClientsOptions) {
    for (let client = 0; client < options.clients; client += 1) this.running.push(this.run(client));
  }

  /** Resolves when as much as one batch a client has been acknowledged from now on; rejects after a minute and a half. */
  async progress(): Promise<void> {
    const wanted = this.acknowledged.length + this.options.clients * this.options.spansPerRequest;
    for (const start = Date.now(); this.acknowledged.length < wanted; await sleep(50)) {
      if (Date.now() - start > progressTimeoutMs) throw new Error('nothing was acknowledged for a minute and a half');
    }
  }

  /** Lets every client finish the batch it is at. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  private async run(client: number): Promise<void> {
    for (let batch = 0; !this.stopping; batch += 1) {
      const seed = `${client} ${batch}`;
      const ageMs = (agesMinutes[batch % agesMinutes.length] ?? 0) * 60_000;
      const calls = batchOf(seed, Date.now() - ageMs, this.options.spansPerRequest);
      const traces = Buffer.from(JSON.stringify(buildTraces(calls.map(({ span }) => span))));
      // Protobuf becomes rows straight from its bytes, JSON by way of objects.
      const body = client % 3 === 0 ? traces : protobufOfJson('traces', traces);
      const type = client % 3 === 0 ? json : 'application/x-protobuf';
      if (!(await this.deliver(`${this.options.otlpUrl}/v1/traces`, body, type))) continue;
      this.acknowledged.push(...calls.map(({ call }) => call));
      await this.sendOutcome(seed, calls[0]?.call);
    }
  }

  private async sendOutcome(seed: string, root: SentCall | undefined): Promise<void> {
    if (root === undefined) return;
    const key = hash(`outcome ${seed}`).slice(0, 24);
    const status = key.startsWith('0') ? 'failure' : 'success';
    const outcome = { name: outcomeName, key, traceId: root.traceId, status };
    const body = Buffer.from(JSON.stringify({ ...outcome, occurredAt: new Date(root.endMs).toISOString() }));
    if (await this.deliver(`${this.options.apiUrl}/api/v1/outcomes`, body, json)) this.outcomes.push(key);
  }

  private async deliver(url: string, body: Buffer, type: string): Promise<boolean> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const answer = await this.post(url, body, type);
      if (answer?.status === 200) return true;
      // Clients drop what they have on any other answer, a 500 included.
      if (answer !== null && ![429, 502, 503, 504].includes(answer.status)) {
        throw new Error(`${url} refused a batch with ${answer.status}: ${answer.text}`);
      }
      this.retries += 1;
      await sleep(retryAfterMs);
    }
    return false;
  }

  /** Null when the connection broke or nothing came in time. */
  private async post(url: string, body: Buffer, type: string): Promise<{ status: number; text: string } | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.options.key}`, 'content-type': type },
        body: Uint8Array.from(body),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }
}
