import type { Attributes, Context } from '@opentelemetry/api';
import { attributesOf, callContextOf } from './context.js';

/**
 * Writes the call context on every span. A span processor of any OpenTelemetry JS SDK: with a set-up of your own that
 * exports through a Collector, add it to your provider.
 */
export class CallContextProcessor {
  onStart(span: { setAttributes(attributes: Attributes): unknown }, parent: Context): void {
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
