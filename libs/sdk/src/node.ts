import { context, diag, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CallContextProcessor } from './call-processor.js';
import { type Change, EventQueue, type Feedback, type Outcome } from './events.js';

export interface StartOptions {
  /** Key of your project, `plk_...`. */
  apiKey: string;
  /** Name of your service, shown on every trace. */
  service: string;
  /** Origin of the platform, default `http://127.0.0.1:3000`: traces and events both go there. */
  url?: string;
  release?: string;
  environment?: string;
  /** Spans kept at most while they wait to be sent, default 2,048; what does not fit is dropped and counted by OpenTelemetry. */
  maxWaitingSpans?: number;
  /** Events kept at most, default 1,000. */
  maxWaitingEvents?: number;
  onError?: (error: unknown) => void;
}

export interface Plimsoll {
  outcome(outcome: Outcome): void;
  feedback(feedback: Feedback): void;
  change(change: Change): void;
  /** Events that could not be sent. */
  readonly droppedEvents: number;
  flush(): Promise<void>;
  /** Sends the rest and stops. Also done when the process is about to end by itself. */
  shutdown(): Promise<void>;
}

const defaultUrl = 'http://127.0.0.1:3000';

/**
 * Sets OpenTelemetry up for this process and sends its spans to the platform. With a set-up of your own do not call
 * this: add `CallContextProcessor` to your provider and use `EventQueue` for the events.
 */
export function start(options: StartOptions): Plimsoll {
  const url = (options.url ?? defaultUrl).replace(/\/$/, '');
  const exporter = new OTLPTraceExporter({
    url: `${url}/v1/traces`,
    headers: { authorization: `Bearer ${options.apiKey}` },
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      ...(options.release === undefined ? {} : { 'service.version': options.release }),
      ...(options.environment === undefined ? {} : { 'deployment.environment.name': options.environment }),
    }),
    spanProcessors: [
      new CallContextProcessor(),
      new BatchSpanProcessor(exporter, { maxQueueSize: options.maxWaitingSpans ?? 2048, scheduledDelayMillis: 1000 }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const events = new EventQueue({
    apiUrl: url,
    apiKey: options.apiKey,
    ...(options.maxWaitingEvents === undefined ? {} : { maxWaiting: options.maxWaitingEvents }),
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  });
  const quietly = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => diag.warn(`plimsoll: ${String(error)}`));
  };
  const flush = async (): Promise<void> => {
    await Promise.all([quietly(provider.forceFlush()), events.flush()]);
  };
  let stopped = false;
  const onBeforeExit = (): void => void shutdown();
  const shutdown = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    process.removeListener('beforeExit', onBeforeExit);
    await Promise.all([quietly(provider.shutdown()), events.shutdown()]);
  };
  process.once('beforeExit', onBeforeExit);
  return {
    outcome: (outcome) => events.outcome(outcome),
    feedback: (feedback) => events.feedback(feedback),
    change: (change) => events.change(change),
    get droppedEvents() {
      return events.dropped;
    },
    flush,
    shutdown,
  };
}
