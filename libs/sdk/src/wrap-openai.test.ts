import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallContextProcessor } from './call-processor.js';
import { wrapOpenAI } from './wrap-openai.js';

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
  const found = exporter.getFinishedSpans().filter((each) => each.name === name);
  expect(found.map((each) => each.name)).toEqual([name]);
  return found[0]!.attributes;
}

const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'When?' }] };

async function* chunksOf(...chunks: unknown[]) {
  for (const chunk of chunks) yield chunk;
}

/** The parts of the client's promise and stream that its helpers use, in the same way. */
class ClientPromise<T> extends Promise<T> {
  constructor(
    private readonly head: Promise<{ body: unknown }>,
    private readonly read: (head: { body: unknown }) => unknown = ({ body }) => body,
  ) {
    super((resolve) => resolve(undefined as T));
  }
  _thenUnwrap(transform: (answer: unknown) => unknown): ClientPromise<unknown> {
    return new ClientPromise(this.head, (head) => transform(this.read(head)));
  }
  asResponse() {
    return this.head;
  }
  async withResponse() {
    const [data, response] = await Promise.all([this.parse(), this.asResponse()]);
    return { data, response };
  }
  parse(): Promise<unknown> {
    return this.head.then((head) => this.read(head));
  }
  // oxlint-disable-next-line unicorn/no-thenable -- the client's promise reads its answer only here
  override then<A = T, B = never>(
    onAnswer?: ((answer: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.parse() as Promise<T>).then(onAnswer, onError);
  }
}

class Completions {
  constructor(
    readonly _client: { chat: { completions: Completions } },
    private readonly answer: () => Promise<unknown>,
  ) {}
  create(_request: object): ClientPromise<unknown> {
    return new ClientPromise(this.answer().then((body) => ({ body })));
  }
  parse(given: object) {
    return this._client.chat.completions.create(given)._thenUnwrap((answer) => ({ parsed: answer }));
  }
}

function clientOf(answer: () => Promise<unknown>) {
  const client = { name: 'client', chat: {} as { completions: Completions } };
  client.chat.completions = new Completions(client, answer);
  return client;
}

const answer = {
  id: 'r1',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ finish_reason: 'stop', message: { content: 'At six.' } }],
  usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
};

describe('chat completions', () => {
  it('answer what the client answers, and are recorded', async () => {
    const client = wrapOpenAI(clientOf(async () => answer));
    expect(client.name).toBe('client');
    expect(await client.chat.completions.create(request)).toBe(answer);
    expect(span('chat gpt-4o-mini')).toMatchObject({
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'At six.' }] }]),
    });
  });

  it('are recorded once by a client that is wrapped twice, and by one made of it with other options', async () => {
    const client = wrapOpenAI(wrapOpenAI(clientOf(async () => answer)));
    await client.chat.completions.create(request);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'gen_ai.response.id': 'r1' });
    exporter.reset();
    const given = clientOf(async () => answer);
    const patient = wrapOpenAI(Object.assign(given, { withOptions: (_: object) => clientOf(async () => answer) }));
    await wrapOpenAI(patient.withOptions({ timeout: 1 })).chat.completions.create(request);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'gen_ai.response.id': 'r1' });
  });

  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://ship.openai.azure.com/openai', 'azure.ai.openai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://api.deepseek.com', 'deepseek'],
    ['http://127.0.0.1:8000/v1', undefined],
    ['https://gateway.example.com/v1', undefined],
    ['no address', undefined],
    [undefined, 'openai'],
  ])('name who is behind %s', async (baseURL, provider) => {
    const client = wrapOpenAI(
      Object.assign(
        clientOf(async () => answer),
        { baseURL },
      ),
    );
    await client.chat.completions.create(request);
    expect(span('chat gpt-4o-mini')['gen_ai.provider.name']).toBe(provider);
  });

  it('work with a client whose methods answer plain promises', async () => {
    const client = wrapOpenAI({ chat: { completions: { create: async (_: object) => answer } } });
    expect(await client.chat.completions.create(request)).toBe(answer);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'gen_ai.response.id': 'r1' });
  });

  it('keep the extras of the promise of the client', async () => {
    const client = wrapOpenAI(clientOf(async () => answer));
    const { data, response } = await client.chat.completions.create(request).withResponse();
    expect([data, response]).toEqual([answer, { body: answer }]);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'gen_ai.response.id': 'r1' });
    exporter.reset();
    expect(await client.chat.completions.create(request).asResponse()).toEqual({ body: answer });
    expect(span('chat gpt-4o-mini')).not.toHaveProperty('gen_ai.response.id');
    exporter.reset();
    expect(await client.chat.completions.parse(request)).toEqual({ parsed: answer });
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'gen_ai.response.id': 'r1' });
  });

  it('pass errors on unchanged', async () => {
    const failure = Object.assign(new Error('429 too many'), { status: 429 });
    const client = wrapOpenAI(clientOf(async () => Promise.reject(failure)));
    await expect(client.chat.completions.create(request)).rejects.toBe(failure);
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'error.type': '429' });
  });

  it('pass errors on that are thrown at once', () => {
    const client = wrapOpenAI({
      chat: {
        completions: {
          create: (_: object) => {
            throw new TypeError('no model');
          },
        },
      },
    });
    expect(() => client.chat.completions.create(request)).toThrow('no model');
    expect(span('chat gpt-4o-mini')).toMatchObject({ 'error.type': 'TypeError' });
  });

  it('never fail for a request that cannot be described', async () => {
    const circular: Record<string, unknown> = { ...request };
    circular['messages'] = [{ role: 'user', content: [circular] }];
    const client = wrapOpenAI(clientOf(async () => answer));
    expect(await client.chat.completions.create(circular)).toBe(answer);
    expect(span('chat')).toMatchObject({ 'gen_ai.response.id': 'r1' });
  });

  it('are recorded as their stream passes, also one that is left early or breaks', async () => {
    const parts = [
      { id: 's1', model: 'm', choices: [{ delta: { content: 'At ' } }] },
      { choices: [{ delta: { content: 'six.' }, finish_reason: 'stop' }] },
      { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } },
    ];
    const client = wrapOpenAI(clientOf(async () => chunksOf(...parts)));
    const stream = async () => (await client.chat.completions.create(request)) as AsyncIterable<unknown>;
    const seen: unknown[] = [];
    for await (const chunk of await stream()) seen.push(chunk);
    expect(seen).toEqual(parts);
    const attributes = span('chat gpt-4o-mini');
    expect(attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 9, 'gen_ai.response.finish_reasons': ['stop'] });
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number');
    expect(String(attributes['gen_ai.output.messages'])).toContain('At six.');
    exporter.reset();
    for await (const _ of await stream()) break;
    expect(String(span('chat gpt-4o-mini')['gen_ai.output.messages'])).toContain('At ');
    exporter.reset();
    async function* breaking() {
      yield parts[0];
      throw new Error('connection reset');
    }
    const broken = wrapOpenAI(clientOf(async () => breaking()));
    const read = async () => {
      for await (const _ of (await broken.chat.completions.create(request)) as AsyncIterable<unknown>);
    };
    await expect(read()).rejects.toThrow('connection reset');
    const partial = span('chat gpt-4o-mini');
    expect(partial['error.type']).toBe('Error');
    expect(String(partial['gen_ai.output.messages'])).toContain('At ');
  });

  it('put the pieces of streamed tool calls together', async () => {
    const call = (piece: object) => ({ choices: [{ delta: { tool_calls: [{ index: 0, ...piece }] } }] });
    const client = wrapOpenAI(
      clientOf(async () =>
        chunksOf(
          call({ id: 'c1', function: { name: 'tide', arguments: '{"pl' } }),
          call({ function: { arguments: 'ace":"Leith"}' } }),
          { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
        ),
      ),
    );
    for await (const _ of (await client.chat.completions.create(request)) as AsyncIterable<unknown>);
    expect(JSON.parse(String(span('chat gpt-4o-mini')['gen_ai.output.messages']))).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'tide', arguments: '{"place":"Leith"}' }],
      },
    ]);
  });
});

describe('responses and embeddings', () => {
  const completed = {
    id: 'resp_1',
    model: 'gpt-4o-mini-2024-07-18',
    status: 'completed',
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'At six.' }] }],
    usage: { input_tokens: 12, output_tokens: 3, output_tokens_details: { reasoning_tokens: 1 } },
  };
  const asked = { model: 'gpt-4o-mini', instructions: 'Be short.', input: 'When?' };
  const recorded = {
    'gen_ai.response.id': 'resp_1',
    'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Be short.' }]),
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'When?' }] }]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'At six.' }] }]),
    'gen_ai.usage.reasoning.output_tokens': 1,
    'gen_ai.response.finish_reasons': ['stop'],
  };

  it('are recorded', async () => {
    const client = wrapOpenAI({
      responses: { create: async (_: object) => completed },
      embeddings: { create: async (_: object) => ({ model: 'e', usage: { prompt_tokens: 7 } }) },
    });
    expect(await client.responses.create(asked)).toBe(completed);
    expect(span('chat gpt-4o-mini')).toMatchObject(recorded);
    await client.embeddings.create({ model: 'e', input: ['a text'] });
    expect(span('embeddings e')).toMatchObject({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.usage.input_tokens': 7,
    });
  });

  it('are recorded from a stream', async () => {
    const events = [{ type: 'response.output_text.delta' }, { type: 'response.completed', response: completed }];
    const client = wrapOpenAI({ responses: { create: async (_: object) => chunksOf(...events) } });
    for await (const _ of await client.responses.create(asked));
    const attributes = span('chat gpt-4o-mini');
    expect(attributes).toMatchObject(recorded);
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number');
  });

  it('are failures where the answer says that it failed, at once or in a stream', async () => {
    const error = { code: 'server_error', message: 'overloaded' };
    const failed = { ...completed, status: 'failed', output: [], error };
    const answers = [
      failed,
      chunksOf({ type: 'response.failed', response: failed }),
      chunksOf(
        { type: 'response.created', response: { ...completed, status: 'in_progress' } },
        { type: 'error', ...error },
      ),
    ];
    for (const given of answers) {
      const client = wrapOpenAI({ responses: { create: async (_: object) => given } });
      const answered = await client.responses.create(asked);
      if (Symbol.asyncIterator in answered) for await (const _ of answered);
      expect(span('chat gpt-4o-mini')).toMatchObject({ 'error.type': 'server_error', 'gen_ai.response.id': 'resp_1' });
      const { status } = exporter.getFinishedSpans()[0]!;
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'overloaded' });
      exporter.reset();
    }
  });

  it.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'failed' }, 'error'],
    [{ output: [{ type: 'function_call', call_id: 'c', name: 'tide', arguments: '{}' }] }, 'tool_calls'],
  ])('say why they ended: %j', async (given, reason) => {
    const client = wrapOpenAI({ responses: { create: async (_: object) => ({ ...completed, ...given }) } });
    await client.responses.create(asked);
    expect(span('chat gpt-4o-mini')['gen_ai.response.finish_reasons']).toEqual([reason]);
  });
});
