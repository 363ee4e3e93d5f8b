import { context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { PlannedRequest, PlannedSpan } from './plan.js';

/** Spans that wait for one export; larger than a flush ever collects, since the processor drops what does not fit. */
const queueSize = 40_000;

/** Sends planned requests through the real OpenTelemetry SDK, one tracer provider a service. */
export class Emitter {
  private readonly providers = new Map<string, NodeTracerProvider>();

  constructor(
    private readonly endpoint: string,
    private readonly key: string,
  ) {}

  /** Creates and ends the spans of a request with their planned times; returns its trace id. */
  emit(request: PlannedRequest): string {
    const tracer = this.provider(request.service).getTracer('plimsoll-demo', '0.1.0');
    const root = this.span(tracer, request.root, null);
    return root.spanContext().traceId;
  }

  /** Sends what was emitted and waits for the answers. */
  async flush(): Promise<void> {
    await Promise.all([...this.providers.values()].map((provider) => provider.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.providers.values()].map((provider) => provider.shutdown()));
  }

  private span(tracer: Tracer, planned: PlannedSpan, parent: Span | null): Span {
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
    const exporter = new OTLPTraceExporter({
      url: `${this.endpoint}/v1/traces`,
      headers: { authorization: `Bearer ${this.key}` },
      // On a busy machine the first inserts may take long; an export that is given up is lost.
      timeoutMillis: 120_000,
    });
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'telemetry.simulated': true }),
      spanProcessors: [
        new BatchSpanProcessor(exporter, {
          maxQueueSize: queueSize,
          maxExportBatchSize: 2_000,
          exportTimeoutMillis: 130_000,
          scheduledDelayMillis: 1_000,
        }),
      ],
    });
    this.providers.set(service, provider);
    return provider;
  }
}
