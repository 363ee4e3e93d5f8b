import { trace } from '@opentelemetry/api';
import { EventBacklog, type EventBatch, type EventKind } from './event-backlog.js';
import type { Change, Feedback, Outcome } from './event-types.js';
import { randomId } from './random-id.js';

export interface EventQueueOptions {
  /** Key of your project with the scope `ingest`, `plk_...`. */
  apiKey: string;
  /** Origin of the platform, default `http://127.0.0.1:3000`. */
  url?: string | undefined;
  /** Events kept at most, default 1,000; the oldest is dropped and counted when one more comes. */
  maxWaitingEvents?: number | undefined;
  /** Their bytes at most, default 4 MiB. */
  maxWaitingBytes?: number | undefined;
  fetch?: typeof fetch | undefined;
  /** Source of jitter in [0, 1). */
  random?: (() => number) | undefined;
  /** Told of every event that is given up; whatever it throws is dropped. */
  onError?: ((error: unknown) => void) | undefined;
}

export const defaultUrl = 'http://127.0.0.1:3000';
const defaultMaxEvents = 1000;
const defaultMaxBytes = 4 * 1024 * 1024;
/** Events that come close together share a request. */
const gatherMs = 200;
const maxAttempts = 8;
const firstBackoffMs = 500;
const maxBackoffMs = 30_000;
const maxRetryAfterMs = 300_000;
const requestTimeoutMs = 10_000;
const flushTimeoutMs = 5000;
const retryable = new Set([408, 429, 502, 503, 504]);

/**
 * Sends outcomes, feedback and changes in the background, in batches. Bounded, retried with jitter and Retry-After, and
 * it never throws into the host: what could not be sent is counted in `dropped` and told to `onError`.
 */
export class EventQueue {
  dropped = 0;
  private readonly backlog: EventBacklog;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> | undefined;
  /** Nothing is sent before this time: what a backoff or Retry-After asked for. */
  private notBefore = 0;
  private closed = false;

  constructor(private readonly options: EventQueueOptions) {
    this.backlog = new EventBacklog({
      maxEvents: options.maxWaitingEvents ?? defaultMaxEvents,
      maxBytes: options.maxWaitingBytes ?? defaultMaxBytes,
      newKey: randomId,
    });
  }

  outcome(outcome: Outcome): void {
    this.add('outcomes', () => {
      const traceId = outcome.traceId ?? (outcome.key === undefined ? activeTraceId() : undefined);
      return { occurredAt: new Date().toISOString(), ...outcome, traceId };
    });
  }

  feedback(feedback: Feedback): void {
    this.add('feedback', () => {
      const traceId = feedback.traceId ?? activeTraceId();
      if (traceId === undefined) throw new Error('feedback: give a traceId, there is no active span');
      return { at: new Date().toISOString(), ...feedback, traceId };
    });
  }

  change(change: Change): void {
    this.add('changes', () => ({ at: new Date().toISOString(), ...change }));
  }

  /** Resolves when everything that waited was sent or given up, or when `timeoutMs` is over. Never rejects. */
  async flush(timeoutMs = flushTimeoutMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.backlog.size > 0) {
      const pauseMs = Math.max(0, this.notBefore - Date.now());
      if (Date.now() + pauseMs >= deadline) return;
      if (pauseMs > 0) await sleep(pauseMs);
      else await within(Math.max(0, deadline - Date.now()), this.send());
    }
  }

  /** Flushes and takes nothing more. Never rejects. */
  async shutdown(timeoutMs = flushTimeoutMs): Promise<void> {
    this.closed = true;
    await this.flush(timeoutMs);
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private add(kind: EventKind, body: () => object): void {
    try {
      if (this.closed) throw new Error(`${kind}: came after the shutdown`);
      this.lose(
        this.backlog.add(kind, JSON.stringify(body())),
        'more events wait than are kept: the oldest is dropped',
      );
      this.schedule(Math.max(gatherMs, this.notBefore - Date.now()));
    } catch (error) {
      this.dropped += 1;
      this.report(error);
    }
  }

  private schedule(delayMs: number): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.send(), delayMs);
    // In Node a waiting event does not keep the host alive: the flush at its end sends the rest.
    (this.timer as { unref?: () => void }).unref?.();
  }

  private send(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
      if (this.backlog.size > 0 && !this.closed) this.schedule(Math.max(gatherMs, this.notBefore - Date.now()));
    });
    return this.sending;
  }

  /** Until nothing waits, or something has to be tried again later. */
  private async sendAll(): Promise<void> {
    for (let batch = this.backlog.first(); batch !== undefined; batch = this.backlog.first()) {
      const retryInMs = await this.attempt(batch);
      if (retryInMs === null) continue;
      this.notBefore = Date.now() + retryInMs;
      return;
    }
  }

  /** Null when the batch is done with, else the time after which to try it again. */
  private async attempt(batch: EventBatch): Promise<number | null> {
    batch.attempts += 1;
    const { kind } = batch;
    try {
      const response = await this.post(batch);
      if (response.ok) {
        this.backlog.done(batch);
        return null;
      }
      const failure = new Error(`${kind}: the platform answered ${response.status}: ${await response.text()}`);
      if (retryable.has(response.status)) return this.retry(batch, failure, retryAfterMs(response));
      // One wrong event has its whole batch refused: halves find it.
      if (!this.backlog.split(batch)) this.giveUp(batch, failure);
      return null;
    } catch (error) {
      return this.retry(batch, error, undefined);
    }
  }

  private post(batch: EventBatch): Promise<Response> {
    const origin = (this.options.url ?? defaultUrl).replace(/\/+$/, '');
    const send = this.options.fetch ?? globalThis.fetch;
    return send(`${origin}/api/v1/${batch.kind}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.options.apiKey}`,
        // The same on every attempt: the platform stores the events once.
        'idempotency-key': batch.key,
      },
      body: `[${batch.events.join(',')}]`,
      // A browser finishes such a request when the page is gone; batches stay below its limit of 64 KiB.
      keepalive: true,
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
  }

  private retry(batch: EventBatch, error: unknown, askedForMs: number | undefined): number | null {
    if (batch.attempts >= maxAttempts) {
      this.giveUp(batch, error);
      return null;
    }
    if (askedForMs !== undefined) return askedForMs;
    const backoff = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (batch.attempts - 1));
    return backoff * (0.5 + (this.options.random ?? Math.random)() / 2);
  }

  private giveUp(batch: EventBatch, error: unknown): void {
    this.backlog.done(batch);
    this.dropped += batch.events.length;
    this.report(error);
  }

  private lose(count: number, why: string): void {
    if (count === 0) return;
    this.dropped += count;
    this.report(new Error(why));
  }

  private report(error: unknown): void {
    tell(this.options.onError, error);
  }
}

export function tell(onError: EventQueueOptions['onError'], error: unknown): void {
  try {
    onError?.(error);
  } catch {
    // The host's own handler failed; there is nobody left to tell.
  }
}

/** Seconds or an HTTP date; undefined where the answer names no time. */
function retryAfterMs(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, ms));
}

function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** At most `ms`; the timer does not outlive the work, since it would keep the host alive. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
