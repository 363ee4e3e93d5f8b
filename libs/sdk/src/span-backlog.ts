import { context, diag, TraceFlags } from '@opentelemetry/api';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface SpanBacklogOptions {
  /** Where spans are sent to. */
  readonly exporter: SpanExporter;
  /** Spans that wait or are under way at most. */
  readonly maxSpans: number;
  /** Their bytes at most, as `bytesOfSpan` counts them. */
  readonly maxBytes: number;
}

type Done = Parameters<SpanExporter['export']>[1];
type ExportResult = Parameters<Done>[0];

/** Spans that one request carries, until they are sent or given up. */
interface Batch {
  readonly spans: ReadableSpan[];
  readonly since: number;
  /** As it is sent, also later: with the tracing of its own request suppressed. */
  readonly send: () => Promise<void>;
  attempts: number;
  timer?: ReturnType<typeof setTimeout>;
}

const batchSpans = 512;
const batchEveryMs = 1_000;
/**
 * The exporter tries for its 10 s, and at once no more where `Retry-After` is longer, which it does not hand on: no pause after
 * it is shorter than what the platform asks for at most.
 */
const firstPauseMs = 30_000;
const longestPauseMs = 120_000;
const givenUpAfterMs = 600_000;
/** Ids, times, status and the objects around them. */
const bytesOfEmptySpan = 1_024;
/** Of an attribute, an event or a link, beside its texts. */
const bytesOfEntry = 64;
/** A JavaScript text takes two bytes a character, unless it is Latin all through. */
const bytesOfCharacter = 2;

/**
 * Spans from their end until they are sent or given up, in batches; what the platform cannot take now is sent again for ten
 * minutes. Bounded by number and by bytes: what comes when it is full is dropped and counted, as is what cannot be sent.
 * Nothing of it throws or rejects.
 */
export class SpanBacklog {
  dropped = 0;
  private readonly bytesOf = new Map<ReadableSpan, number>();
  private bytes = 0;
  private closed = false;
  /** Told since something was taken from an empty backlog. */
  private told = false;
  /** Those that are sent again later. */
  private readonly later = new Set<Batch>();
  private readonly batches: BatchSpanProcessor;

  constructor(private readonly options: SpanBacklogOptions) {
    const { exporter, maxSpans } = options;
    const counted: SpanExporter = {
      export: (spans, done) => void this.send(spans, done),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
      shutdown: () => exporter.shutdown(),
    };
    this.batches = new BatchSpanProcessor(counted, {
      // What is under way counts here as well, so that this never drops by itself.
      maxQueueSize: maxSpans,
      maxExportBatchSize: Math.min(batchSpans, maxSpans),
      scheduledDelayMillis: batchEveryMs,
    });
  }

  /** Bytes that are kept. */
  get waitingBytes(): number {
    return this.bytes;
  }

  add(span: ReadableSpan): void {
    try {
      if (this.closed || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      const bytes = bytesOfSpan(span);
      const { maxSpans, maxBytes } = this.options;
      if (this.bytesOf.size >= maxSpans || this.bytes + bytes > maxBytes) {
        this.drop(1, `${this.bytesOf.size} spans of ${this.bytes} bytes wait to be sent: further ones are dropped`);
        return;
      }
      if (this.bytesOf.size === 0) this.told = false;
      this.bytesOf.set(span, bytes);
      this.bytes += bytes;
      this.batches.onEnd(span);
    } catch (error) {
      this.release(span);
      this.drop(1, `a span cannot be kept: ${String(error)}`);
    }
  }

  /** Tries everything that waits once. */
  async flush(): Promise<void> {
    await Promise.all([this.sendLater(), quietly(this.batches.forceFlush())]);
  }

  async shutdown(): Promise<void> {
    this.closed = true;
    await Promise.all([this.sendLater(), quietly(this.batches.shutdown())]);
  }

  private async sendLater(): Promise<void> {
    await Promise.all([...this.later].map((batch) => batch.send()));
  }

  private async send(spans: ReadableSpan[], done: Done): Promise<void> {
    const send = context.bind(context.active(), () => this.attempt(batch));
    const batch: Batch = { spans, since: Date.now(), send, attempts: 0 };
    await send();
    // Whoever makes the batches has nothing more to do with this one, also where it is sent again.
    done({ code: 0 });
  }

  /** Resolves when the batch was sent, is given up, or waits to be sent again. */
  private attempt(batch: Batch): Promise<void> {
    this.later.delete(batch);
    clearTimeout(batch.timer);
    batch.attempts += 1;
    const { exporter } = this.options;
    const sent = new Promise<ExportResult>((resolve) => exporter.export(batch.spans, resolve));
    return sent.then(
      ({ code, error }) => this.settle(batch, code === 0 ? undefined : (error ?? new Error('no reason was told'))),
      (error: unknown) => this.settle(batch, error instanceof Error ? error : new Error('the exporter threw')),
    );
  }

  private settle(batch: Batch, error: Error | undefined): void {
    if (error !== undefined && this.mayPass(batch, error)) {
      this.wait(batch);
      return;
    }
    const { spans } = batch;
    for (const span of spans) this.release(span);
    if (error !== undefined) this.drop(spans.length, `${spans.length} spans were not sent: ${String(error)}`);
  }

  private mayPass(batch: Batch, error: Error): boolean {
    return !this.closed && Date.now() - batch.since < givenUpAfterMs && isPassing(error);
  }

  private wait(batch: Batch): void {
    this.later.add(batch);
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (batch.attempts - 1));
    batch.timer = setTimeout(() => void batch.send(), pause * (1 + Math.random() / 2));
    // Like an event that waits, a span does not keep the host alive.
    batch.timer.unref?.();
  }

  private release(span: ReadableSpan): void {
    this.bytes -= this.bytesOf.get(span) ?? 0;
    this.bytesOf.delete(span);
  }

  private drop(spans: number, why: string): void {
    this.dropped += spans;
    if (this.told) return;
    this.told = true;
    diag.warn(`plimsoll: ${why}`);
  }
}

/** Failures after which the exporter itself would try again if it had the time: no answer, or one that says so. */
function isPassing(error: Error): boolean {
  // The code of an answer is a number, that of a connection a name.
  if ('code' in error && error.code !== undefined) return typeof error.code === 'string';
  return /retryable status|timed out|limit reached/i.test(error.message);
}

/** What a span takes in memory, at most and about: texts are nearly all of it. */
export function bytesOfSpan({ name, status, attributes, events, links }: ReadableSpan): number {
  let bytes = bytesOfEmptySpan + bytesOfText(name) + bytesOfText(status.message ?? '') + bytesOfValue(attributes);
  for (const event of events) bytes += bytesOfEntry + bytesOfText(event.name) + bytesOfValue(event.attributes);
  for (const link of links) bytes += bytesOfEntry + bytesOfValue(link.attributes);
  return bytes;
}

function bytesOfText(text: string): number {
  return text.length * bytesOfCharacter;
}

/** An attribute value, or all attributes. Values may hold others in newer versions of OpenTelemetry. */
function bytesOfValue(value: unknown): number {
  if (typeof value === 'string') return bytesOfText(value);
  if (value === null || typeof value !== 'object') return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 0;
  for (const [key, inner] of Object.entries(value)) {
    bytes += (Array.isArray(value) ? 0 : bytesOfEntry + bytesOfText(key)) + bytesOfValue(inner);
  }
  return bytes;
}

export async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => diag.warn(`plimsoll: ${String(error)}`));
}
