import type { CanonicalSpan, TokenBuckets } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { normaliseSpan } from '../normalise.js';
import type { AttributeValue } from '../signals.js';

const json = JSON.stringify;

function call(attributes: Record<string, AttributeValue>, scope = ''): CanonicalSpan {
  return normaliseSpan({
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    parentSpanId: null,
    name: 'chat',
    startTime: 1_790_000_000_000_000_000n,
    endTime: 1_790_000_001_000_000_000n,
    attributes: new Map(Object.entries(attributes)),
    events: [],
    statusCode: 0,
    statusMessage: '',
    resource: new Map(),
    scope: { name: scope, version: '' },
  });
}

/** Anthropic's own account of one answer: 500 tokens of input, 400 read from the cache, 2,000 written to it. */
const anthropic = {
  input_tokens: 500,
  cache_read_input_tokens: 400,
  cache_creation_input_tokens: 2_000,
  cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 1_500 },
  output_tokens: 100,
};
/** What LangChain makes of it: where the writes are told apart, the count for both is 0. */
const langchain = {
  cache_read: 400,
  cache_creation: 0,
  ephemeral_5m_input_tokens: 500,
  ephemeral_1h_input_tokens: 1_500,
};

interface Row {
  title: string;
  attributes: Record<string, AttributeValue>;
  scope?: string;
  tokens: Partial<TokenBuckets>;
}

const split = { input: 500, cache_read: 400, cache_write_5m: 500, cache_write_1h: 1_500, output: 100 };

const hourRows: Row[] = [
  {
    title: 'AI SDK 6: whole input, the provider’s own account beside it',
    scope: 'ai',
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.usage.inputTokens': 2_900,
      'ai.usage.outputTokens': 100,
      'ai.usage.inputTokenDetails.cacheReadTokens': 400,
      'ai.usage.inputTokenDetails.cacheWriteTokens': 2_000,
      'ai.response.providerMetadata': json({ anthropic: { usage: anthropic, cacheCreationInputTokens: 2_000 } }),
      'gen_ai.usage.input_tokens': 2_900,
      'gen_ai.usage.output_tokens': 100,
    },
    tokens: split,
  },
  {
    title: 'AI SDK 5: the input is the provider’s own, without the cache',
    scope: 'ai',
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.usage.inputTokens': 500,
      'ai.usage.outputTokens': 100,
      'ai.usage.cachedInputTokens': 400,
      'ai.response.providerMetadata': json({ anthropic: { usage: anthropic } }),
      'gen_ai.usage.input_tokens': 500,
      'gen_ai.usage.output_tokens': 100,
    },
    tokens: split,
  },
  {
    title: 'LangSmith beside the OTel counts',
    scope: 'langsmith',
    attributes: {
      'langsmith.span.kind': 'llm',
      'gen_ai.usage.input_tokens': 2_900,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.usage.input_token_details': json(langchain),
    },
    tokens: split,
  },
  {
    title: 'LangSmith in its usage object',
    scope: 'langsmith',
    attributes: {
      'langsmith.span.kind': 'llm',
      'langsmith.usage_metadata': json({ input_tokens: 2_900, output_tokens: 100, input_token_details: langchain }),
    },
    tokens: split,
  },
  {
    title: 'OpenInference: the answer as it came',
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.token_count.prompt': 2_900,
      'llm.token_count.completion': 100,
      'llm.token_count.prompt_details.cache_read': 400,
      'llm.token_count.prompt_details.cache_write': 2_000,
      'output.value': json({ role: 'assistant', content: [{ type: 'text', text: 'hi' }], usage: anthropic }),
    },
    tokens: split,
  },
  {
    title: 'Langfuse: buckets by how long they live',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': json({
        input: 500,
        input_cache_read: 400,
        input_cache_creation_5m: 500,
        input_cache_creation_1h: 1_500,
        output: 100,
      }),
    },
    tokens: split,
  },
  {
    title: 'gateways: the writes of an hour as a part of all writes',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 2_900,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'gen_ai.usage.cache_creation.input_tokens': 2_000,
      'gen_ai.usage.cache_creation_1h.input_tokens': 1_500,
    },
    tokens: split,
  },
];

describe('writes to the cache that live an hour', () => {
  test.each(hourRows)('$title', ({ attributes, scope, tokens }) => {
    const span = call(attributes, scope);
    expect(span.tokens).toMatchObject(tokens);
    expect(span.usage).toMatchObject({ input: 2_900, cachedInput: 400, cacheWriteInput: 2_000, output: 100 });
    expect(span.usageConflict).toBe(false);
  });

  test('LangChain before it told them apart without a 0: both counts stand, and none is taken twice', () => {
    const details = json({ ...langchain, cache_creation: 2_000 });
    const span = call(
      {
        'langsmith.span.kind': 'llm',
        'gen_ai.usage.input_tokens': 2_900,
        'gen_ai.usage.output_tokens': 100,
        'gen_ai.usage.input_token_details': details,
      },
      'langsmith',
    );
    expect(span.tokens).toMatchObject(split);
  });
});

const otherRows: Row[] = [
  {
    title: 'Langfuse: Anthropic’s counts under their own names stand beside the input',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': json({
        input_tokens: 500,
        output_tokens: 100,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 20,
      }),
    },
    tokens: { input: 500, cache_read: 40, cache_write_5m: 20, output: 100 },
  },
  {
    title: 'Langfuse: OpenAI’s usage as it is, with details inside',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': json({
        prompt_tokens: 500,
        completion_tokens: 100,
        total_tokens: 600,
        prompt_tokens_details: { cached_tokens: 128, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 64 },
      }),
    },
    tokens: { input: 372, cache_read: 128, output: 36, reasoning: 64 },
  },
  {
    title: 'Langfuse: usage of OpenAI’s Responses API',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': json({
        input_tokens: 500,
        output_tokens: 100,
        total_tokens: 600,
        input_tokens_details: { cached_tokens: 128 },
        output_tokens_details: { reasoning_tokens: 64 },
      }),
    },
    tokens: { input: 372, cache_read: 128, output: 36, reasoning: 64 },
  },
  {
    title: 'OTel: writes by their newer name, audio without what of it was cached',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 300,
      'gen_ai.usage.output_tokens': 120,
      'gen_ai.usage.cache_read.input_tokens': 192,
      'gen_ai.usage.cache_write.input_tokens': 10,
      'gen_ai.usage.audio.input_tokens': 180,
      'gen_ai.usage.audio.cache_read.input_tokens': 128,
      'gen_ai.usage.audio.output_tokens': 90,
    },
    tokens: { input: 46, cache_read: 192, cache_write_5m: 10, audio_in: 52, output: 30, audio_out: 90 },
  },
  {
    title: 'audio out of the cache that no client tells apart is in no two buckets',
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.token_count.prompt': 300,
      'llm.token_count.prompt_details.cache_read': 200,
      'llm.token_count.prompt_details.audio': 180,
    },
    tokens: { input: 0, cache_read: 200, audio_in: 100 },
  },
  {
    title: 'Pydantic AI: Anthropic’s counts among the details',
    scope: 'pydantic-ai',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 560,
      'gen_ai.usage.details.cache_read_input_tokens': 40,
      'gen_ai.usage.details.cache_creation_input_tokens': 20,
    },
    tokens: { input: 500, cache_read: 40, cache_write_5m: 20 },
  },
];

test.each(otherRows)('$title', ({ attributes, scope, tokens }) => {
  const span = call(attributes, scope);
  expect(span.tokens).toMatchObject(tokens);
  expect(span.usageConflict).toBe(false);
});

test('more audio than input contradicts itself', () => {
  const span = call({
    'openinference.span.kind': 'LLM',
    'llm.token_count.prompt': 100,
    'llm.token_count.prompt_details.audio': 180,
  });
  expect(span.usageConflict).toBe(true);
});

describe('a feature that somebody named goes before the name of a trace', () => {
  test.each<[string, Record<string, AttributeValue>]>([
    ['LangSmith', { 'langsmith.trace.name': 'ChatOpenAI', 'langsmith.metadata.feature': 'berth-advice' }],
    ['Langfuse', { 'langfuse.trace.name': 'harbour', 'langfuse.observation.metadata.feature': 'berth-advice' }],
    ['OpenInference', { 'agent.name': 'pilot', metadata: json({ feature: 'berth-advice', tier: 2 }) }],
    ['AI SDK', { 'ai.telemetry.functionId': 'ask', 'ai.telemetry.metadata.feature': 'berth-advice' }],
    ['Traceloop', { 'traceloop.workflow.name': 'ask', 'traceloop.association.properties.feature': 'berth-advice' }],
  ])('%s', (_, attributes) => {
    expect(call(attributes).feature).toBe('berth-advice');
  });
});

test('an inference server: its first token in seconds; without an operation or a model it is no call', () => {
  const request = {
    'gen_ai.usage.prompt_tokens': 128,
    'gen_ai.usage.completion_tokens': 512,
    'gen_ai.usage.cached_tokens': 64,
    'gen_ai.latency.time_to_first_token': 0.045,
    'gen_ai.latency.e2e': 0.9,
  };
  expect(call(request, 'vllm.llm_engine')).toMatchObject({ kind: 'span', tokens: null, unmapped: [] });
  const told = { ...request, 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'phi-4' };
  expect(call(told, 'vllm.llm_engine')).toMatchObject({
    kind: 'generation',
    tokens: { input: 64, cache_read: 64, output: 512 },
    ttftMs: 45,
  });
});

describe('what a function of Traceloop was called with', () => {
  const input = (given: unknown) =>
    call({ 'traceloop.span.kind': 'workflow', 'traceloop.entity.input': json(given) }).input;

  test.each<[string, unknown, unknown]>([
    ['nothing', { args: [], kwargs: {} }, null],
    ['one value', { args: ['Which berth?'], kwargs: {} }, [{ role: 'user', text: 'Which berth?' }]],
    [
      'one value by its name',
      { args: [], kwargs: { question: 'Which berth?' } },
      [{ role: 'user', text: 'Which berth?' }],
    ],
    [
      'messages',
      { args: [[{ role: 'user', content: 'Which berth?' }]], kwargs: {} },
      [{ role: 'user', text: 'Which berth?' }],
    ],
    ['several', { args: ['a', 2], kwargs: {} }, [{ role: 'user', text: '{"args":["a",2],"kwargs":{}}' }]],
  ])('%s', (_, given, expected) => {
    expect(input(given)).toEqual(expected);
  });
});

test('the answer of an agent is what it said, without what its tools answered', () => {
  const parts = [
    { type: 'text', content: 'It is 4 degrees.' },
    { type: 'tool_call', id: 'call_1', name: 'get_weather', arguments: { city: 'Bergen' } },
    { type: 'tool_call_response', id: 'call_1', response: { temp: 4 } },
  ];
  expect(
    call({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.output.messages': json([{ role: 'assistant', parts, finish_reason: 'stop' }]),
    }),
  ).toMatchObject({
    output: 'It is 4 degrees.',
    toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: { city: 'Bergen' } }],
  });
});

/** Operations that the conventions name beside calls: they may name a model, and are none. */
test.each([
  ['plan', 'chain'],
  ['search_memory', 'retriever'],
  ['update_memory', 'span'],
  ['fetch_response', 'span'],
])('the operation %s is no call', (operation, kind) => {
  expect(call({ 'gen_ai.operation.name': operation, 'gen_ai.request.model': 'gpt-4o' }).kind).toBe(kind);
});

test.each([
  ['api.openai.com', 'openai'],
  ['api.mistral.ai', 'mistral_ai'],
  ['harbour.openai.azure.com', 'azure'],
  ['europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['bedrock-runtime.eu-central-1.amazonaws.com', 'aws.bedrock'],
  ['llm.harbour.example', 'llm.harbour.example'],
])('a provider known by its host: %s', (host, provider) => {
  expect(call({ 'gen_ai.provider.name': host, 'gen_ai.request.model': 'm' }).provider).toBe(provider);
});

test('a provider that is unknown is that of the model', () => {
  expect(call({ 'gen_ai.provider.name': 'unknown', 'gen_ai.request.model': 'gpt-4o' }).provider).toBe('openai');
});
