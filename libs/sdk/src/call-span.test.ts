import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, expect, test } from 'vitest';
import { CallSpan } from './call-span.js';

afterAll(() => trace.disable());

test('a first token is never later than the end, however long it took to describe the request', () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const call = new CallSpan(() => {
    for (const until = performance.now() + 30; performance.now() < until;);
    return { operation: 'chat', model: 'm', attributes: {} };
  });
  call.firstChunk();
  call.answer(() => ({ model: 'm' }));
  const [span] = exporter.getFinishedSpans();
  const [seconds = 0, nanoseconds = 0] = span?.duration ?? [];
  expect(span?.attributes['gen_ai.response.time_to_first_chunk']).toBeLessThanOrEqual(seconds + nanoseconds / 1e9);
});
