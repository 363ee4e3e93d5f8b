import { diag, TraceFlags } from '@opentelemetry/api';
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

const batchSpans = 512;
const batchEveryMs = 1_000;
/** Ids, times, status and the objects around them. */
const bytesOfEmptySpan = 1_024;
/** Of an attribute, an event or a link, beside its texts. */
const bytesOfEntry = 64;
/** A JavaScript text takes two bytes a character, unless it is Latin all through. */
const bytesOfCharacter = 2;

/**
 * Spans from their end until they are sent or given up, in batches. Bounded by number and by bytes: what comes when it is
 * full is dropped and counted, as is what cannot be sent. Nothing of it throws or rejects.
 */
export class SpanBacklog {
  dropped = 0;
  private readonly bytesOf = new Map<ReadableSpan, number>();
  private bytes = 0;
  private closed = false;
  /** Told since something was taken from an empty backlog. */
  private told = false;
  private readonly batches: BatchSpanProcessor;

  constructor(private readonly options: SpanBacklogOptions) {
    const { exporter, maxSpans } = options;
    const counted: SpanExporter = {
      export: (spans, done) => this.send(spans, done),
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

  async flush(): Promise<void> {
    await quietly(this.batches.forceFlush());
  }

  async shutdown(): Promise<void> {
    this.closed = true;
    await quietly(this.batches.shutdown());
  }

  private send(spans: ReadableSpan[], done: Done): void {
    this.options.exporter.export(spans, (result) => {
      for (const span of spans) this.release(span);
      if (result.code !== 0) this.drop(spans.length, `${spans.length} spans were not sent: ${String(result.error)}`);
      done(result);
    });
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
