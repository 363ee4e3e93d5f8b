import { context, type Context, diag, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan, type Span } from '@opentelemetry/sdk-trace-base';
import { atEnd } from './at-end.js';
import { CallContextProcessor } from './call-processor.js';
import { defaultUrl, tell } from './event-queue.js';
import type { Change, Feedback, Outcome } from './event-types.js';
import { connect } from './events.js';
import { quietly, SpanBacklog } from './span-backlog.js';

export interface ExportOptions {
  /** Key of your project with the scope `ingest`, `plk_...`. */
  apiKey: string;
  /** Origin of the platform, default `http://127.0.0.1:3000`. */
  url?: string | undefined;
  /** Spans kept at most while they wait to be sent, default 2,048; what does not fit is dropped, counted and told to OpenTelemetry's `diag`. */
  maxWaitingSpans?: number | undefined;
  /** Their bytes at most, default 32 MiB; a text counts two bytes a character. */
  maxWaitingSpanBytes?: number | undefined;
}

export interface StartOptions extends ExportOptions {
  /** Name of your service, shown on every trace. */
  service: string;
  release?: string | undefined;
  environment?: string | undefined;
  /** Events kept at most, default 1,000. */
  maxWaitingEvents?: number | undefined;
  onError?: ((error: unknown) => void) | undefined;
}

export interface Plimsoll {
  outcome(outcome: Outcome): void;
  feedback(feedback: Feedback): void;
  change(change: Change): void;
  /** Events that could not be sent. */
  readonly droppedEvents: number;
  /** Spans that did not fit or could not be sent. */
  readonly droppedSpans: number;
  /** Sends what waits. Never rejects. */
  flush(): Promise<void>;
  /** Sends the rest and stops; the flush is also done when the process ends by itself, or by SIGTERM or SIGINT. Never rejects. */
  shutdown(): Promise<void>;
}

const defaultMaxSpans = 2_048;
const defaultMaxSpanBytes = 32 * 1024 * 1024;
/** Times out before a host that waits for its own flush would be killed. */
const exportTimeoutMs = 10_000;

/**
 * For an OpenTelemetry set-up of your own (SDK 2 and newer): writes the call context on every span and sends copies of
 * them to the platform in batches, retried with jitter and Retry-After. Add it to the `spanProcessors` of your provider.
 */
export class PlimsollSpanProcessor {
  private readonly calls = new CallContextProcessor();
  private readonly backlog: SpanBacklog;

  constructor({
    apiKey,
    url = defaultUrl,
    maxWaitingSpans = defaultMaxSpans,
    maxWaitingSpanBytes = defaultMaxSpanBytes,
  }: ExportOptions) {
    const exporter = new OTLPTraceExporter({
      url: `${url.replace(/\/+$/, '')}/v1/traces`,
      headers: { authorization: `Bearer ${apiKey}` },
      timeoutMillis: exportTimeoutMs,
    });
    this.backlog = new SpanBacklog({ exporter, maxSpans: maxWaitingSpans, maxBytes: maxWaitingSpanBytes });
  }

  /** Spans that did not fit or could not be sent. */
  get droppedSpans(): number {
    return this.backlog.dropped;
  }

  onStart(span: object, parent: Context): void {
    // Hosts may bring another version of the SDK, whose spans have the same shape under another type.
    this.calls.onStart(span as Span, parent);
  }

  onEnd(span: object): void {
    this.backlog.add(span as ReadableSpan);
  }

  forceFlush(): Promise<void> {
    return this.backlog.flush();
  }

  shutdown(): Promise<void> {
    return this.backlog.shutdown();
  }
}

function providerOf(options: StartOptions, processor: PlimsollSpanProcessor): BasicTracerProvider {
  return new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      ...(options.release === undefined ? {} : { 'service.version': options.release }),
      ...(options.environment === undefined ? {} : { 'deployment.environment.name': options.environment }),
    }),
    spanProcessors: [processor],
  });
}

/**
 * Sets OpenTelemetry up for this process and sends its spans to the platform. With a set-up of your own do not call
 * this: add `PlimsollSpanProcessor` to it and call `connect` for the events. Never throws; where a set-up is found it is
 * left alone, `onError` is told, and events are sent all the same.
 */
export function start(options: StartOptions): Plimsoll {
  const { apiKey, url, onError, maxWaitingEvents } = options;
  const events = connect({ apiKey, url, onError, maxWaitingEvents });
  const spans = new PlimsollSpanProcessor(options);
  const provider = providerOf(options, spans);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (!trace.setGlobalTracerProvider(provider)) {
    const advice =
      'there is an OpenTelemetry set-up already: add `new PlimsollSpanProcessor(...)` to its spanProcessors';
    diag.warn(`plimsoll: ${advice}`);
    tell(onError, new Error(advice));
  }
  const release = atEnd(() => quietly(provider.forceFlush()));
  return {
    outcome: (outcome) => events.outcome(outcome),
    feedback: (feedback) => events.feedback(feedback),
    change: (change) => events.change(change),
    get droppedEvents() {
      return events.dropped;
    },
    get droppedSpans() {
      return spans.droppedSpans;
    },
    flush: async () => {
      await Promise.all([quietly(provider.forceFlush()), events.flush()]);
    },
    shutdown: async () => {
      release();
      await Promise.all([quietly(provider.shutdown()), events.shutdown()]);
    },
  };
}
