import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallContextProcessor } from './call-processor.js';
import { feature, promptVersion, user, withCall } from './context.js';
import { aiTelemetry, wrapAiSdk } from './vercel-ai.js';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new CallContextProcessor(), new SimpleSpanProcessor(exporter)] }),
  );
});
afterEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

function span(name: string): Record<string, unknown> {
  const found = exporter.getFinishedSpans().find((each) => each.name === name);
  if (found === undefined) throw new Error(`no span ${name}`);
  return found.attributes;
}

describe('the call context', () => {
  it('stands on every span started within, across awaits, the inner over the outer', async () => {
    const tracer = trace.getTracer('test');
    await feature('support', () =>
      user('u1', async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        promptVersion('answer', 'v2', () => tracer.startSpan('inner').end());
        withCall({ feature: 'other', tags: ['a'] }, () => tracer.startSpan('over').end());
      }),
    );
    tracer.startSpan('outside').end();
    expect(span('inner')).toEqual({
      'plimsoll.feature': 'support',
      'plimsoll.user.id': 'u1',
      'plimsoll.prompt.name': 'answer',
      'plimsoll.prompt.version': 'v2',
    });
    expect(span('over')).toMatchObject({
      'plimsoll.feature': 'other',
      'plimsoll.user.id': 'u1',
      'plimsoll.tags': ['a'],
    });
    expect(span('outside')).toEqual({});
  });

  it('fills the telemetry settings of the Vercel AI SDK', () => {
    const settings = feature('tide', () => user('u2', () => aiTelemetry()));
    expect(settings).toMatchObject({ isEnabled: true, functionId: 'tide', metadata: { userId: 'u2' } });
  });

  it('switches the telemetry of each call of the Vercel AI SDK on, and leaves what the call says itself', async () => {
    const seen: unknown[] = [];
    const sdk = wrapAiSdk({ generateText: async (options: object) => seen.push(options), version: 6 });
    await feature('tide', () =>
      user('u3', () =>
        sdk.generateText({ prompt: 'When?', experimental_telemetry: { functionId: 'own', metadata: { plan: 'pro' } } }),
      ),
    );
    expect(sdk.version).toBe(6);
    expect(seen).toEqual([
      {
        prompt: 'When?',
        experimental_telemetry: expect.objectContaining({
          isEnabled: true,
          functionId: 'own',
          metadata: { userId: 'u3', plan: 'pro' },
        }) as unknown,
      },
    ]);
  });
});
