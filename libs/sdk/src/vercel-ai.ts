import { context, trace } from '@opentelemetry/api';
import { callContextOf } from './context.js';

/**
 * Settings for `experimental_telemetry` of the Vercel AI SDK 5 and 6, filled from the call context:
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

const traced = ['generateText', 'streamText', 'generateObject', 'streamObject', 'embed', 'embedMany'] as const;

interface CallOptions {
  experimental_telemetry?: { metadata?: object };
}

function withTelemetry(call: (options: object, ...rest: unknown[]) => unknown) {
  return (options: CallOptions, ...rest: unknown[]): unknown => {
    const own = aiTelemetry();
    const given = options.experimental_telemetry;
    const telemetry = { ...own, ...given, metadata: { ...own.metadata, ...given?.metadata } };
    return call({ ...options, experimental_telemetry: telemetry }, ...rest);
  };
}

/**
 * The functions of the Vercel AI SDK 5 or 6, with its telemetry switched on for every call:
 * `const { generateText } = wrapAiSdk(await import('ai'))`. What a call says itself goes before.
 */
export function wrapAiSdk<T extends object>(sdk: T): T {
  const wrapped = { ...sdk } as Record<string, unknown>;
  for (const name of traced) {
    const call = wrapped[name];
    if (typeof call === 'function') wrapped[name] = withTelemetry(call as (options: object) => unknown);
  }
  return wrapped as T;
}
