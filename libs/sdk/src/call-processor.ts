import type { Context } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { attributesOf, callContextOf } from './context.js';

/** Writes the call context on every span. Add it to a tracer provider of your own to keep your OpenTelemetry set-up. */
export class CallContextProcessor implements SpanProcessor {
  onStart(span: Span, parent: Context): void {
    span.setAttributes(attributesOf(callContextOf(parent)));
  }

  onEnd(): void {
    // Nothing happens at the end of a span.
  }

  async forceFlush(): Promise<void> {
    // Nothing is kept here.
  }

  async shutdown(): Promise<void> {
    // Nothing is kept here.
  }
}
