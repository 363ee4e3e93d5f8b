import { trace } from '@opentelemetry/api';
import type { changeCreate, feedbackCreate, outcomeCreate } from '@plimsoll/contract';
import type { z } from 'zod';

export type Outcome = z.input<typeof outcomeCreate>;
export type Feedback = Omit<z.input<typeof feedbackCreate>, 'traceId'> & { traceId?: string };
export type Change = z.input<typeof changeCreate>;

type Kind = 'outcomes' | 'feedback' | 'changes';

interface Waiting {
  kind: Kind;
  body: unknown;
  /** The same on every attempt: the platform stores the event once. */
  idempotencyKey: string;
  attempts: number;
}

export interface EventQueueOptions {
  /** Origin of the platform's API, e.g. `http://127.0.0.1:3000`. */
  apiUrl: string;
  apiKey: string;
  /** Events kept at most; the oldest is dropped and counted when one more comes. */
  maxWaiting?: number;
  fetch?: typeof fetch;
  /** Source of jitter in [0, 1). */
  random?: () => number;
  onError?: (error: unknown) => void;
}

const defaultMaxWaiting = 1000;
const maxAttempts = 8;
const firstBackoffMs = 500;
const maxBackoffMs = 30_000;
const requestTimeoutMs = 10_000;
const retryable = new Set([408, 429, 502, 503, 504]);

/**
 * Sends outcomes, feedback and changes in the background. Bounded, retried with jitter and Retry-After,
 * and it never throws into the host: what could not be sent is counted in `dropped`.
 */
export class EventQueue {
  dropped = 0;
  private readonly waiting: Waiting[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: EventQueueOptions) {}

  outcome(outcome: Outcome): void {
    const traceId = outcome.traceId ?? (outcome.key === undefined ? activeTraceId() : undefined);
    this.add('outcomes', {
      occurredAt: new Date().toISOString(),
      ...outcome,
      ...(traceId === undefined ? {} : { traceId }),
    });
  }

  feedback(feedback: Feedback): void {
    const traceId = feedback.traceId ?? activeTraceId();
    if (traceId === undefined) {
      this.report(new Error('feedback: give a traceId, there is no active span'));
      this.dropped += 1;
      return;
    }
    this.add('feedback', { at: new Date().toISOString(), ...feedback, traceId });
  }

  change(change: Change): void {
    this.add('changes', { at: new Date().toISOString(), ...change });
  }

  /** Resolves when everything that waited was sent or given up, or when `timeoutMs` is over. */
  async flush(timeoutMs = 5000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.waiting.length > 0 && Date.now() < deadline) {
      clearTimeout(this.timer);
      this.timer = undefined;
      await this.send();
      if (this.waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Flushes and takes nothing more. */
  async shutdown(timeoutMs = 5000): Promise<void> {
    this.closed = true;
    await this.flush(timeoutMs);
    clearTimeout(this.timer);
  }

  private add(kind: Kind, body: unknown): void {
    if (this.closed) {
      this.dropped += 1;
      return;
    }
    if (this.waiting.length >= (this.options.maxWaiting ?? defaultMaxWaiting)) {
      this.waiting.shift();
      this.dropped += 1;
    }
    this.waiting.push({ kind, body, idempotencyKey: globalThis.crypto.randomUUID(), attempts: 0 });
    this.schedule(0);
  }

  private schedule(delayMs: number): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.send();
    }, delayMs);
    // In Node a waiting event does not keep the host alive; `shutdown` is what sends the rest.
    (this.timer as { unref?: () => void }).unref?.();
  }

  private send(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const retryInMs = await this.attempt(first);
      if (retryInMs !== null) {
        this.schedule(retryInMs);
        return;
      }
      // The queue may have dropped it meanwhile.
      if (this.waiting[0] === first) this.waiting.shift();
    }
  }

  /** Null when the event is done with, else the time after which to try again. */
  private async attempt(event: Waiting): Promise<number | null> {
    event.attempts += 1;
    try {
      const response = await (this.options.fetch ?? fetch)(`${this.options.apiUrl}/api/v1/${event.kind}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.options.apiKey}`,
          'idempotency-key': event.idempotencyKey,
        },
        body: JSON.stringify(event.body),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      if (response.ok) return null;
      const failure = new Error(`${event.kind}: the platform answered ${response.status}: ${await response.text()}`);
      if (!retryable.has(response.status)) return this.giveUp(failure);
      return this.retry(event, failure, Number(response.headers.get('retry-after')));
    } catch (error) {
      return this.retry(event, error, Number.NaN);
    }
  }

  private retry(event: Waiting, error: unknown, retryAfterSeconds: number): number | null {
    if (event.attempts >= maxAttempts) return this.giveUp(error);
    if (Number.isFinite(retryAfterSeconds) && retryAfterSeconds > 0) return retryAfterSeconds * 1000;
    const backoff = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (event.attempts - 1));
    return backoff * (0.5 + (this.options.random ?? Math.random)() / 2);
  }

  private giveUp(error: unknown): null {
    this.dropped += 1;
    this.report(error);
    return null;
  }

  private report(error: unknown): void {
    try {
      this.options.onError?.(error);
    } catch {
      // The host's own handler failed; there is nobody left to tell.
    }
  }
}

function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
