import { context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { CallContextProcessor, feature, promptVersion, session, user, withCall } from '@plimsoll/sdk';
import { PlimsollSpanProcessor } from '@plimsoll/sdk/node';
import type { PlannedRequest, PlannedSpan } from './plan.js';

/** Spans that wait for one export; larger than a flush ever collects, since the processor drops what does not fit. */
const queueSize = 40_000;

/** What a product with OpenTelemetry of its own adds to send to the platform: one processor. */
export function liveProcessors(url: string, apiKey: string): () => SpanProcessor[] {
  return () => [new PlimsollSpanProcessor({ apiKey, url })];
}

/** For a week at once: larger batches than products need, and patience, since an export that is given up is lost. */
export function historyProcessors(otlpUrl: string, apiKey: string): () => SpanProcessor[] {
  return () => [
    new CallContextProcessor(),
    new BatchSpanProcessor(
      new OTLPTraceExporter({
        url: `${otlpUrl}/v1/traces`,
        headers: { authorization: `Bearer ${apiKey}` },
        timeoutMillis: 120_000,
      }),
      {
        maxQueueSize: queueSize,
        maxExportBatchSize: 2_000,
        exportTimeoutMillis: 130_000,
        scheduledDelayMillis: 1_000,
      },
    ),
  ];
}

/** Makes spans of planned requests with OpenTelemetry and the platform's SDK, one tracer provider a service. */
export class Emitter {
  private readonly providers = new Map<string, NodeTracerProvider>();

  constructor(private readonly processors: () => SpanProcessor[]) {}

  /** Creates and ends the spans of a request with their planned times; returns its trace id. */
  emit({ service, about, root }: PlannedRequest): string {
    const tracer = this.provider(service).getTracer('plimsoll-demo', '0.1.0');
    const { customer, team, environment, release } = about;
    const work = () => withCall({ customer, team, environment, release }, () => this.span(tracer, root, null));
    const span = feature(about.feature, () => user(about.user, () => session(about.session, work)));
    return span.spanContext().traceId;
  }

  /** Sends what was emitted and waits for the answers. */
  async flush(): Promise<void> {
    await Promise.all([...this.providers.values()].map((provider) => provider.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.providers.values()].map((provider) => provider.shutdown()));
  }

  private span(tracer: Tracer, planned: PlannedSpan, parent: Span | null): Span {
    const { prompt } = planned;
    const work = () => this.timedSpan(tracer, planned, parent);
    return prompt === null ? work() : promptVersion(prompt.name, prompt.version, work);
  }

  private timedSpan(tracer: Tracer, planned: PlannedSpan, parent: Span | null): Span {
    const within = parent === null ? context.active() : trace.setSpan(context.active(), parent);
    const options = { startTime: planned.startMs, attributes: planned.attributes, root: parent === null };
    const span = tracer.startSpan(planned.name, options, within);
    for (const child of planned.children) this.span(tracer, child, span);
    if (planned.error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: planned.error });
    span.end(planned.endMs);
    return span;
  }

  private provider(service: string): NodeTracerProvider {
    const existing = this.providers.get(service);
    if (existing !== undefined) return existing;
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'telemetry.simulated': true }),
      spanProcessors: this.processors(),
    });
    this.providers.set(service, provider);
    return provider;
  }
}
