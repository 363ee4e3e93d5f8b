import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallContextProcessor } from './call-processor.js';
import { feature, promptVersion, user, withCall } from './context.js';
import { EventQueue } from './events.js';
import { aiTelemetry } from './vercel-ai.js';
import { wrapOpenAI } from './wrap-openai.js';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new CallContextProcessor(), new SimpleSpanProcessor(exporter)] }),
  );
});
afterEach(() => exporter.reset());

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
});

describe('wrapOpenAI', () => {
  const response = {
    id: 'r1',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ finish_reason: 'stop', message: { content: 'At six.' } }],
    usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
  };
  const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'When?' }] };
  const clientOf = (create: (...args: unknown[]) => unknown) => ({ name: 'client', chat: { completions: { create } } });

  it('returns what the client returns and records it', async () => {
    const client = wrapOpenAI(clientOf(async () => response));
    expect(client.name).toBe('client');
    expect(await client.chat.completions.create(request as never)).toBe(response);
    expect(span('chat gpt-4o-mini')).toMatchObject({
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'At six.' }] }]),
    });
  });

  it('passes errors on unchanged', async () => {
    const failure = Object.assign(new Error('429 too many'), { status: 429 });
    const client = wrapOpenAI(clientOf(async () => Promise.reject(failure)));
    await expect(client.chat.completions.create(request as never)).rejects.toBe(failure);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'error.type': '429' });
  });

  it('records a stream as it passes, also one that is left early', async () => {
    async function* stream() {
      yield { id: 's1', model: 'm', choices: [{ delta: { content: 'At ' } }] };
      yield { choices: [{ delta: { content: 'six.' }, finish_reason: 'stop' }] };
      yield { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } };
    }
    const client = wrapOpenAI(clientOf(async () => stream()));
    const seen: unknown[] = [];
    for await (const chunk of (await client.chat.completions.create(request as never)) as AsyncIterable<unknown>)
      seen.push(chunk);
    expect(seen).toHaveLength(3);
    const attributes = span('chat gpt-4o-mini');
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 9, 'gen_ai.response.finish_reasons': ['stop'] });
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number');
    expect(String(attributes['gen_ai.output.messages'])).toContain('At six.');
    exporter.reset();
    for await (const _ of (await client.chat.completions.create(request as never)) as AsyncIterable<unknown>) break;
    expect(String(span('chat gpt-4o-mini')['gen_ai.output.messages'])).toContain('At ');
  });
});

describe('EventQueue', () => {
  const queueWith = (answers: (Response | Error)[], maxWaiting = 10) => {
    const sent: { url: string; key: string; body: unknown }[] = [];
    const queue = new EventQueue({
      apiUrl: 'http://platform',
      apiKey: 'plk_x',
      maxWaiting,
      random: () => 0,
      fetch: async (input, init) => {
        const headers = init?.headers as Record<string, string>;
        sent.push({ url: input as string, key: headers['idempotency-key']!, body: JSON.parse(init?.body as string) });
        const answer = answers.shift() ?? new Response('{}', { status: 201 });
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    return { queue, sent };
  };

  it('tries again with the same idempotency key until it is taken', async () => {
    const busy = new Response('busy', { status: 503 });
    const { queue, sent } = queueWith([busy, new Error('connection reset')]);
    queue.outcome({ name: 'resolved', key: 'order-1', status: 'success' });
    await queue.flush(5000);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((each) => each.key)).size).toBe(1);
    expect(sent[0]).toMatchObject({
      url: 'http://platform/api/v1/outcomes',
      body: { name: 'resolved', key: 'order-1' },
    });
    expect(queue.dropped).toBe(0);
  });

  it('gives up on what can never be taken, counts it and goes on', async () => {
    const { queue, sent } = queueWith([new Response('bad', { status: 400 })]);
    queue.change({ kind: 'prompt', to: 'v2' });
    queue.change({ kind: 'prompt', to: 'v3' });
    await queue.flush(5000);
    expect(queue.dropped).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it('keeps a bounded number and never throws', async () => {
    const { queue } = queueWith([], 2);
    for (let index = 0; index < 5; index += 1) queue.change({ kind: 'prompt', to: `v${index}` });
    expect(queue.dropped).toBe(3);
    expect(() => queue.feedback({ kind: 'thumbs', value: 1 })).not.toThrow();
    expect(queue.dropped).toBe(4);
    await queue.shutdown();
    queue.change({ kind: 'prompt' });
    expect(queue.dropped).toBe(5);
  });

  it('takes the trace of the active span for an outcome without a key', async () => {
    const { queue, sent } = queueWith([]);
    const active = trace.getTracer('test').startSpan('active');
    context.with(trace.setSpan(context.active(), active), () => queue.outcome({ name: 'resolved', status: 'success' }));
    await queue.flush();
    expect(sent[0]?.body).toMatchObject({ traceId: active.spanContext().traceId });
  });
});
