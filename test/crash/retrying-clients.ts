import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSpan, type BuiltSpan, buildTraces } from '../builders/otlp.js';

/** A span that the platform said it has stored, and what the test knows of it. */
export interface AcknowledgedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly endMs: number;
}

export interface ClientsOptions {
  readonly url: string;
  readonly key: string;
  readonly clients: number;
  readonly spansPerRequest: number;
}

/** A batch is given up after this many tries; it then counts as not acknowledged. */
const mostTries = 400;
const requestTimeoutMs = 40_000;
const retryAfterMs = 150;
const progressTimeoutMs = 90_000;
/** Late and early spans, so that more than the present minute is dirty all the time. */
const agesMinutes = [0, 0, 0, 1, 3, 20, 90];

/**
 * Clients that send a batch until it is acknowledged, as an OTLP exporter does: over connections that break, 503s and
 * time-outs, always the same bytes. Ids are hashes of a counter, so that a failure can be looked at again.
 */
export class RetryingClients {
  readonly acknowledged: AcknowledgedSpan[] = [];
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
      const spans = this.batch(client, batch);
      if (await this.deliver(JSON.stringify(buildTraces(spans.map(({ span }) => span))))) {
        for (const { span, endMs } of spans) this.acknowledged.push({ ...idsOf(span), endMs });
      }
    }
  }

  private batch(client: number, batch: number): { span: BuiltSpan; endMs: number }[] {
    const now = Date.now();
    const ageMs = (agesMinutes[batch % agesMinutes.length] ?? 0) * 60_000;
    return Array.from({ length: this.options.spansPerRequest }, (_, i) => {
      const endMs = now - ageMs - i;
      const seed = `${client} ${batch}`;
      const isRoot = i === 0;
      const span = buildSpan({
        traceId: hash(`trace ${seed}`).slice(0, 32),
        spanId: hash(`span ${seed} ${i}`).slice(0, 16),
        ...(isRoot ? {} : { parentSpanId: hash(`span ${seed} 0`).slice(0, 16) }),
        endMs,
        startMs: endMs - 200 - i,
      });
      return { span, endMs };
    });
  }

  private async deliver(body: string): Promise<boolean> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const status = await this.post(body);
      if (status === 200) return true;
      if (status !== null && status < 500 && status !== 429) throw new Error(`the batch was refused with ${status}`);
      this.retries += 1;
      await sleep(retryAfterMs);
    }
    return false;
  }

  /** The status, or null when the connection broke or nothing came in time. */
  private async post(body: string): Promise<number | null> {
    try {
      const response = await fetch(`${this.options.url}/v1/traces`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.options.key}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}

function idsOf(span: BuiltSpan): { traceId: string; spanId: string } {
  return { traceId: span.traceId, spanId: span.spanId };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
