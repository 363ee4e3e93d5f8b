import { context, trace } from '@opentelemetry/api';
import { callContextOf } from './context.js';

/**
 * Settings for `experimental_telemetry` of the Vercel AI SDK, filled from the call context:
 * `generateText({ model, prompt, experimental_telemetry: aiTelemetry() })`.
 */
export function aiTelemetry() {
  const call = callContextOf(context.active());
  return {
    isEnabled: true,
    tracer: trace.getTracer('ai'),
    ...(call.feature === undefined ? {} : { functionId: call.feature }),
    metadata: {
      ...(call.user === undefined ? {} : { userId: call.user }),
      ...(call.session === undefined ? {} : { sessionId: call.session }),
    },
  };
}
