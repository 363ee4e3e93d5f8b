import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CanonicalSpan } from '@plimsoll/contract';
import { normaliseFinishReason } from './finish-reason.js';
import { readFailure } from './failure.js';
import { normaliseProvider, providerOfModel, withoutDate } from './models.js';
import { normaliseFacts, normaliseSpan, plainDecimal } from './normalise.js';
import type { AttributeValue, OtlpSpan } from './signals.js';
import { SpanFacts } from './span-facts.js';
import { normaliseUsage } from './usage.js';

const start = 1_790_000_000_000_000_000n;

type Values = Record<string, AttributeValue>;

interface Given {
  attributes?: Values;
  resource?: Values;
  scope?: string;
  events?: { name: string; attributes?: Values; afterMs?: number }[];
  status?: { code: number; message?: string };
  name?: string;
}

function spanOf(given: Given): OtlpSpan {
  return {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    parentSpanId: null,
    name: given.name ?? 'span',
    startTime: start,
    endTime: start + 1_000_000_000n,
    attributes: new Map(Object.entries(given.attributes ?? {})),
    events: (given.events ?? []).map(({ name, attributes, afterMs }) => ({
      name,
      time: start + BigInt(afterMs ?? 0) * 1_000_000n,
      attributes: new Map(Object.entries(attributes ?? {})),
    })),
    statusCode: given.status?.code ?? 0,
    statusMessage: given.status?.message ?? '',
    resource: new Map(Object.entries(given.resource ?? {})),
    scope: { name: given.scope ?? '', version: '' },
  };
}

const json = JSON.stringify;

interface Row extends Given {
  title: string;
  gives: { [Field in keyof CanonicalSpan]?: unknown };
}

const rows: Row[] = [
  {
    title: 'own keys win over every client, on the span before the resource',
    attributes: {
      'plimsoll.feature': 'own',
      'plimsoll.tags': ['a', 'b'],
      'plimsoll.sample_p': 0.25,
      'plimsoll.outcome.key': 'order-7',
      'plimsoll.prompt.name': 'greet',
      'plimsoll.prompt.version': 'v3',
      'langfuse.trace.name': 'theirs',
      'gen_ai.agent.name': 'agent',
    },
    resource: { 'plimsoll.feature': 'resource', 'plimsoll.team': 'harbour', 'service.version': '1.2.3' },
    gives: {
      feature: 'own',
      team: 'harbour',
      tags: ['a', 'b'],
      sampleP: 0.25,
      outcomeKey: 'order-7',
      promptName: 'greet',
      promptVersion: 'v3',
      release: '1.2.3',
    },
  },
  {
    title: 'absent is empty text, {}, [] and null, but not 0',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.input.messages': '[]',
      'ai.prompt.messages': json([{ role: 'user', content: 'hi' }]),
      'gen_ai.usage.input_tokens': 0,
      'ai.usage.inputTokens': 9,
      'gen_ai.request.model': '',
      'ai.model.id': 'gpt-4o',
    },
    gives: { input: [{ role: 'user', text: 'hi' }], requestModel: 'gpt-4o' },
  },
  {
    title: 'usage counts on calls only: an agent repeats its calls',
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 900 },
    gives: { kind: 'agent', tokens: null, usage: expect.objectContaining({ input: null }) },
  },
  {
    title: 'Pydantic AI: an older agent span has no operation, but the sums',
    scope: 'pydantic-ai',
    attributes: {
      agent_name: 'support',
      model_name: 'gpt-4o',
      'gen_ai.usage.input_tokens': 900,
      all_messages_events: json([
        { 'event.name': 'gen_ai.system.message', content: 'Be kind.', role: 'system' },
        { 'event.name': 'gen_ai.user.message', content: 'hello', role: 'user' },
      ]),
      final_result: 'done',
    },
    gives: {
      kind: 'agent',
      tokens: null,
      feature: 'support',
      output: 'done',
      input: [{ role: 'user', text: 'hello' }],
    },
  },
  {
    title: 'Pydantic AI: chat span with events, details and a cost',
    scope: 'pydantic-ai',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 40,
      'gen_ai.usage.details.cache_read_tokens': 60,
      'gen_ai.usage.details.reasoning_tokens': 10,
      'operation.cost': 0.0015,
      events: json([
        { 'event.name': 'gen_ai.user.message', content: 'hello', role: 'user' },
        { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'hi' } },
      ]),
    },
    gives: {
      kind: 'generation',
      usage: { input: 100, output: 40, cachedInput: 60, cacheWriteInput: null, reasoningOutput: 10 },
      reportedCost: '0.0015',
      input: [{ role: 'user', text: 'hello' }],
      output: 'hi',
    },
  },
  {
    title: 'MLflow: every value is JSON text',
    attributes: {
      'mlflow.spanType': '"CHAT_MODEL"',
      'mlflow.llm.model': '"gpt-4o"',
      'mlflow.llm.provider': '"openai"',
      'mlflow.spanInputs': json({
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: 'Q' },
        ],
      }),
      'mlflow.spanOutputs': json({
        choices: [{ message: { role: 'assistant', content: 'A' }, finish_reason: 'stop' }],
      }),
      'mlflow.chat.tokenUsage': json({ input_tokens: 10, output_tokens: 5, total_tokens: 15 }),
      'mlflow.trace.user': '"u1"',
      'mlflow.linkedPrompts': json([{ name: 'p', version: '4' }]),
    },
    gives: {
      kind: 'generation',
      provider: 'openai',
      requestModel: 'gpt-4o',
      system: 'S',
      input: [{ role: 'user', text: 'Q' }],
      output: 'A',
      finishReason: 'stop',
      userId: 'u1',
      promptName: 'p',
      promptVersion: '4',
      usage: expect.objectContaining({ input: 10, output: 5 }),
    },
  },
  {
    title: 'Google ADK: whole request and answer of Gemini',
    scope: 'gcp.vertex.agent',
    attributes: {
      'gen_ai.system': 'gcp.vertex.agent',
      'gcp.vertex.agent.session_id': 's9',
      'gcp.vertex.agent.llm_request': json({
        model: 'gemini-2.5-flash',
        config: { system_instruction: 'Be brief.', tools: [{ function_declarations: [{ name: 'tide' }] }] },
        contents: [{ role: 'user', parts: [{ text: 'When is high tide?' }] }],
      }),
      'gcp.vertex.agent.llm_response': json({
        content: { role: 'model', parts: [{ function_call: { id: 'c1', name: 'tide', args: { port: 'Bergen' } } }] },
        finish_reason: 'STOP',
        usage_metadata: { prompt_token_count: 50, candidates_token_count: 7, thoughts_token_count: 3 },
      }),
    },
    gives: {
      kind: 'generation',
      provider: 'gcp.vertex_ai',
      requestModel: 'gemini-2.5-flash',
      sessionId: 's9',
      system: 'Be brief.',
      tools: ['tide'],
      input: [{ role: 'user', text: 'When is high tide?' }],
      output: null,
      toolCalls: [{ id: 'c1', name: 'tide', arguments: { port: 'Bergen' } }],
      finishReason: 'stop',
      usage: expect.objectContaining({ input: 50, output: 10, reasoningOutput: 3 }),
    },
  },
  {
    title: 'Google ADK: {} on a tool span is no request',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'tide',
      'gcp.vertex.agent.llm_request': '{}',
      'gcp.vertex.agent.llm_response': '{}',
      'gcp.vertex.agent.tool_call_args': '{"port":"Bergen"}',
      'gcp.vertex.agent.tool_response': '{"m":1.2}',
    },
    gives: {
      kind: 'tool',
      toolCalls: [{ id: null, name: 'tide', arguments: { port: 'Bergen' } }],
      output: '{"m":1.2}',
    },
  },
  {
    title: 'Traceloop, older: indexed prompts and completions',
    scope: '@traceloop/instrumentation-openai',
    attributes: {
      'llm.request.type': 'chat',
      'gen_ai.system': 'OpenAI',
      'gen_ai.prompt.0.role': 'system',
      'gen_ai.prompt.0.content': 'S',
      'gen_ai.prompt.1.role': 'user',
      'gen_ai.prompt.1.content': 'Q',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'A',
      'gen_ai.completion.0.finish_reason': 'tool_calls',
      'gen_ai.completion.0.tool_calls.0.id': 'c1',
      'gen_ai.completion.0.tool_calls.0.name': 'tide',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"port":"Bergen"}',
      'llm.request.functions.0.name': 'tide',
      'llm.usage.prompt_tokens': 12,
      'traceloop.prompt.key': 'greet',
      'traceloop.prompt.version': 3,
    },
    gives: {
      kind: 'generation',
      provider: 'openai',
      system: 'S',
      input: [{ role: 'user', text: 'Q' }],
      output: 'A',
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'c1', name: 'tide', arguments: { port: 'Bergen' } }],
      tools: ['tide'],
      promptName: 'greet',
      promptVersion: '3',
      usage: expect.objectContaining({ input: 12 }),
    },
  },
  {
    title: 'Traceloop on Anthropic leaves cached tokens out of the input',
    scope: '@traceloop/instrumentation-anthropic',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.cache_read_input_tokens': 400,
      'gen_ai.usage.cache_creation_input_tokens': 100,
    },
    gives: { usage: expect.objectContaining({ input: 1_500, cachedInput: 400, cacheWriteInput: 100 }) },
  },
  {
    title: 'Anthropic raw: a cache larger than the input cannot be inside it',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 4_000,
    },
    gives: {
      usage: expect.objectContaining({ input: 4_010 }),
      tokens: expect.objectContaining({ input: 10, cache_read: 4_000 }),
    },
  },
  {
    title: 'Langfuse buckets are exclusive',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'gpt-4o',
      'langfuse.observation.usage_details': json({
        input: 10,
        input_cached_tokens: 90,
        output: 5,
        output_reasoning_tokens: 15,
        output_accepted_prediction_tokens: 7,
        total: 120,
      }),
      'langfuse.observation.cost_details': json({ input: 0.001, output: 0.002 }),
    },
    gives: {
      usage: { input: 100, output: 20, cachedInput: 90, cacheWriteInput: null, reasoningOutput: 15 },
      tokens: expect.objectContaining({ input: 10, cache_read: 90, output: 5, reasoning: 15 }),
      reportedCost: '0.003',
      provider: 'openai',
    },
  },
  {
    title: 'Langfuse: a level of ERROR fails a span whose status is unset',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.level': 'ERROR',
      'langfuse.observation.status_message': 'Error: 400 bad request',
    },
    gives: { status: 'error', statusCode: 0, httpStatus: 400, errorMessage: 'bad request' },
  },
  {
    title: 'Genkit: state error; Gemini thoughts come on top of the answer',
    scope: 'genkit-tracer',
    attributes: {
      'genkit:metadata:subtype': 'model',
      'genkit:name': 'googleai/gemini-2.5-flash',
      'genkit:state': 'error',
      'genkit:output': json({ usage: { inputTokens: 10, outputTokens: 5, thoughtsTokens: 20, totalTokens: 35 } }),
    },
    gives: {
      kind: 'generation',
      provider: 'gcp.gemini',
      requestModel: 'gemini-2.5-flash',
      status: 'error',
      usage: expect.objectContaining({ input: 10, output: 25, reasoningOutput: 20 }),
    },
  },
  {
    title: 'AI SDK: wrappers are no calls, inner spans are',
    attributes: { 'ai.operationId': 'ai.generateText', 'ai.usage.inputTokens': 5, 'gen_ai.request.model': 'gpt-4o' },
    gives: { kind: 'span', tokens: null },
  },
  {
    title: 'AI SDK 5: cache writes stand in the metadata of the provider',
    attributes: {
      'ai.operationId': 'ai.streamText.doStream',
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 1_000,
      'ai.usage.cachedInputTokens': 200,
      'ai.response.providerMetadata': json({ anthropic: { cacheCreationInputTokens: 300 } }),
      'ai.telemetry.metadata.langfusePrompt': json({ name: 'p', version: 2 }),
    },
    gives: {
      kind: 'generation',
      provider: 'anthropic',
      stream: true,
      promptName: 'p',
      promptVersion: '2',
      tokens: expect.objectContaining({ input: 500, cache_read: 200, cache_write_5m: 300 }),
    },
  },
  {
    title: 'OpenInference: retriever, nested contents, first token as an event',
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.provider': 'azure',
      'llm.model_name': 'gpt-4o',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.contents.0.message_content.type': 'text',
      'llm.input_messages.0.message.contents.0.message_content.text': 'look',
      'llm.input_messages.0.message.contents.1.message_content.type': 'image',
      'llm.input_messages.1000000000.message.role': 'user',
      'llm.input_messages.__proto__.message.role': 'user',
      'llm.cost.total': 0.25,
    },
    events: [{ name: 'First Token Stream Event', afterMs: 120 }],
    gives: {
      kind: 'generation',
      provider: 'azure',
      input: [{ role: 'user', text: 'look' }],
      ttftMs: 120,
      ttftSource: 'event First Token Stream Event',
      stream: true,
      reportedCost: '0.25',
    },
  },
  {
    title: 'OpenInference: a cost in two parts',
    attributes: { 'openinference.span.kind': 'LLM', 'llm.cost.prompt': 0.1, 'llm.cost.completion': 0.2 },
    gives: { reportedCost: '0.3' },
  },
  {
    title: 'bare keys alone: a model and its counts',
    attributes: { model: 'gpt-4o', prompt_tokens: 12, completion_tokens: 3, prompt: 'Hi', completion: 'Ho' },
    gives: {
      kind: 'generation',
      usage: { input: 12, output: 3, cachedInput: null, cacheWriteInput: null, reasoningOutput: null },
      output: 'Ho',
      unmapped: [],
    },
  },
  {
    title: 'bare counts beside the keys of a convention',
    attributes: { 'gen_ai.operation.name': 'chat', input_tokens: 5, output_tokens: 2 },
    gives: {
      usage: { input: 5, output: 2, cachedInput: null, cacheWriteInput: null, reasoningOutput: null },
      unmapped: [],
    },
  },
  {
    title: 'Logfire: messages of events in one attribute, under another scope',
    scope: 'logfire.openai',
    attributes: {
      'gen_ai.operation.name': 'chat',
      events: json([
        { 'event.name': 'gen_ai.user.message', content: 'Hi', role: 'user' },
        { 'event.name': 'gen_ai.choice', message: { role: 'assistant', content: 'Ho' } },
      ]),
    },
    gives: { input: [{ role: 'user', text: 'Hi' }], output: 'Ho' },
  },
  {
    title: 'the new form on a span event',
    attributes: { 'gen_ai.operation.name': 'chat' },
    events: [
      {
        name: 'gen_ai.client.inference.operation.details',
        attributes: {
          'gen_ai.system_instructions': json([{ type: 'text', content: 'S' }]),
          'gen_ai.input.messages': json([{ role: 'user', parts: [{ type: 'text', content: 'Q' }] }]),
          'gen_ai.output.messages': json([{ role: 'assistant', parts: [{ type: 'text', content: 'A' }] }]),
          'gen_ai.tool.definitions': json([{ type: 'function', name: 'tide' }]),
        },
      },
    ],
    gives: { system: 'S', input: [{ role: 'user', text: 'Q' }], output: 'A', tools: ['tide'] },
  },
  {
    title: 'messages as structured attributes',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Q' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { n: 2n ** 60n } }] },
      ],
    },
    gives: {
      input: [{ role: 'user', text: 'Q' }],
      toolCalls: [{ id: 'c', name: 'f', arguments: { n: '1152921504606846976' } }],
    },
  },
  {
    title: 'LangChain: serialised messages in a request and generations in the answer',
    scope: 'langsmith',
    attributes: {
      'langsmith.span.kind': 'llm',
      'gen_ai.prompt': json({
        messages: [
          [
            { lc: 1, type: 'constructor', id: ['langchain', 'SystemMessage'], kwargs: { content: 'S' } },
            { lc: 1, type: 'constructor', id: ['langchain', 'HumanMessage'], kwargs: { content: 'Q' } },
          ],
        ],
      }),
      'gen_ai.completion': json({
        generations: [[{ text: 'A', message: { kwargs: { content: 'A' }, id: ['AIMessage'] } }]],
      }),
    },
    gives: { system: 'S', input: [{ role: 'user', text: 'Q' }], output: 'A' },
  },
  {
    title: 'Anthropic: parts, thinking, tool use and tool result',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.prompt': json({
        system: [{ type: 'text', text: 'S' }],
        messages: [
          { role: 'user', content: 'Q' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'tide', input: { port: 'B' } }] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: '1.2 m' }] }],
          },
        ],
        tools: [{ name: 'tide', input_schema: {} }],
      }),
      'gen_ai.completion': json({
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'A' },
        ],
        stop_reason: 'end_turn',
      }),
    },
    gives: {
      system: 'S',
      input: [
        { role: 'user', text: 'Q' },
        { role: 'assistant', text: null },
        { role: 'tool', text: '1.2 m' },
      ],
      output: 'A',
      tools: ['tide'],
    },
  },
  {
    title: 'a first token after the end is none',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.response.time_to_first_chunk': 1.5 },
    gives: { ttftMs: null },
  },
  {
    title: 'an exception without output fails a span, with output it does not',
    attributes: { 'gen_ai.operation.name': 'chat' },
    events: [{ name: 'exception', attributes: { 'exception.type': 'Timeout', 'exception.message': 'too slow' } }],
    gives: { status: 'error', errorType: 'Timeout', errorMessage: 'too slow' },
  },
  {
    title: 'an exception that was survived',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.completion': 'fine' },
    events: [{ name: 'exception', attributes: { 'exception.message': 'retried' } }],
    gives: { status: 'ok', output: 'fine' },
  },
  {
    title: 'a numeric error type is the HTTP status',
    attributes: { 'gen_ai.operation.name': 'chat', 'error.type': '503' },
    status: { code: 2, message: 'busy' },
    gives: { status: 'error', httpStatus: 503, errorType: '503', errorMessage: 'busy' },
  },
  {
    title: 'number over text, list over text',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': '15',
      'gen_ai.usage.prompt_tokens': 20,
      'gen_ai.response.finish_reasons': 'length',
      'ai.response.finishReason': 'stop',
    },
    gives: { usage: expect.objectContaining({ input: 20 }), finishReason: 'length' },
  },
  {
    title: 'integers beyond 2^53 keep their digits',
    attributes: { 'my.id': 9_223_372_036_854_775_807n, list: [1n << 60n] },
    gives: {
      attributes: { 'my.id': '9223372036854775807', list: '[1152921504606846976]' },
      unmapped: ['my.id', 'list'],
    },
  },
  {
    title: 'a model without a kind is a generation, a span without both is a span',
    attributes: { model: 'claude-sonnet-4-5', input: 'Q', output: 'A' },
    gives: { kind: 'generation', provider: 'anthropic', input: [{ role: 'user', text: 'Q' }], output: 'A' },
  },
];

describe('any client as the canonical record', () => {
  test.each(rows)('$title', ({ gives, title: _, ...given }) => {
    expect(normaliseSpan(spanOf(given))).toMatchObject(gives);
  });
});

describe('times', () => {
  const at = (startTime: bigint, endTime: bigint) => {
    const { time, finished } = normaliseSpan({ ...spanOf({}), startTime, endTime });
    return { time, finished };
  };
  test('the end, or the start where there is no end or an end before it', () => {
    expect(at(5n, 9n)).toEqual({ time: 9n, finished: true });
    expect(at(5n, 0n)).toEqual({ time: 5n, finished: false });
    expect(at(5n, 3n)).toEqual({ time: 5n, finished: true });
  });
});

test('nothing that a client writes can throw', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('[[[[', '{"messages":7}', '[null]', '{"choices":[null]}', '"'.repeat(9), '[{"parts":[null,3]}]'),
    fc.constant('['.repeat(20_000) + ']'.repeat(20_000)),
  );
  const values = fc.oneof(
    texts,
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.array(texts),
  );
  const keys = fc.constantFrom(
    'gen_ai.input.messages',
    'gen_ai.output.messages',
    'gen_ai.prompt',
    'gen_ai.completion',
    'gen_ai.tool.definitions',
    'gen_ai.usage.input_tokens',
    'gen_ai.response.finish_reasons',
    'langfuse.observation.input',
    'langfuse.observation.output',
    'langfuse.observation.usage_details',
    'langfuse.observation.cost_details',
    'langfuse.observation.completion_start_time',
    'ai.prompt.messages',
    'ai.response.toolCalls',
    'ai.values',
    'llm.input_messages.0.message.content',
    'llm.input_messages.x.y',
    'genkit:input',
    'genkit:output',
    'metadata',
    'mlflow.linkedPrompts',
    'events',
  );
  fc.assert(
    fc.property(fc.dictionary(keys, values, { maxKeys: 6 }), (attributes) => {
      const record = normaliseSpan(spanOf({ attributes: { 'gen_ai.operation.name': 'chat', ...attributes } }));
      for (const count of Object.values(record.tokens ?? {}))
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      expect(() => JSON.stringify([record.input, record.output, record.toolCalls, record.tools])).not.toThrow();
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['openai.chat', 'openai'],
  ['openai.responses', 'openai'],
  ['az.ai.openai', 'azure'],
  ['azure.ai.openai', 'azure'],
  ['google.vertex.chat', 'gcp.vertex_ai'],
  ['google.generative-ai', 'gcp.gemini'],
  ['gemini', 'gcp.gemini'],
  ['amazon', 'aws.bedrock'],
  ['xai', 'x_ai'],
  ['mistralai', 'mistral_ai'],
  ['Anthropic', 'anthropic'],
  ['My.Own.Gateway', 'my.own.gateway'],
  ['langchain', undefined],
])('provider %s is %s', (given, provider) => {
  expect(normaliseProvider(given)).toBe(provider);
});

test.each([
  ['gpt-4o-2024-08-06', 'openai', 'gpt-4o'],
  ['claude-3-5-sonnet-20241022', 'anthropic', 'claude-3-5-sonnet'],
  ['o4-mini', 'openai', 'o4-mini'],
  ['gemini-2.5-flash', 'gcp.gemini', 'gemini-2.5-flash'],
  ['llama-3.1-70b', undefined, 'llama-3.1-70b'],
])('model %s', (model, provider, bare) => {
  expect([providerOfModel(model), withoutDate(model)]).toEqual([provider, bare]);
});

test.each([
  [['stop'], 'stop'],
  ['end_turn', 'stop'],
  ['MAX_TOKENS', 'length'],
  [['tool-calls'], 'tool_calls'],
  ['["tool_use"]', 'tool_calls'],
  ['SAFETY', 'content_filter'],
  ['stop, length', 'stop'],
  ['malformed_function_call', 'malformed_function_call'],
  [['completed'], null],
  [undefined, null],
  [[], null],
])('finish reason %j is %s', (given, reason) => {
  expect(normaliseFinishReason(given)).toBe(reason);
});

test.each([
  ['429 Rate limit reached for gpt', null, 429, 'rate_limit_exceeded', 'Rate limit reached for gpt'],
  ['Rate limit reached for gpt', null, 429, 'rate_limit_exceeded', 'Rate limit reached for gpt'],
  ['Rate limit reached for gpt', 400, 400, null, 'Rate limit reached for gpt'],
  ['Failed after 3 attempts. Last error: AI_APICallError: Overloaded', null, 529, 'overloaded_error', 'Overloaded'],
  ['connection reset', null, null, null, 'connection reset'],
  ['2024 was a year', null, null, null, '2024 was a year'],
  [null, 500, 500, null, null],
])('failure %j with status %j', (message, carried, httpStatus, code, cleaned) => {
  expect(readFailure(message, carried)).toEqual({ httpStatus, code, message: cleaned });
});

test.each([
  ['0.00035114999999999994', '0.00035114999999999994'],
  ['1.5e-7', '0.00000015'],
  ['3e2', '300'],
  ['0', '0'],
  ['12.50', '12.5'],
  ['x', null],
])('decimal %s is %s', (given, decimal) => {
  expect(plainDecimal(given)).toBe(decimal);
});

describe('usage', () => {
  const given = {
    input: undefined,
    output: undefined,
    cachedInput: undefined,
    cacheWriteInput: undefined,
    cacheWriteInput1h: undefined,
    reasoningOutput: undefined,
    audioInput: undefined,
    audioOutput: undefined,
  };

  test('the worked example of the cost model: 17,903 with 17,817 cached', () => {
    expect(normaliseUsage({ ...given, input: 17_903, cachedInput: 17_817, output: 500 }).tokens).toMatchObject({
      input: 86,
      cache_read: 17_817,
      output: 500,
    });
  });

  test('counts that contradict each other are kept and said', () => {
    const { tokens, conflict } = normaliseUsage({ ...given, output: 10, reasoningOutput: 30 });
    expect(conflict).toBe(true);
    expect(tokens).toMatchObject({ output: 0, reasoning: 30 });
  });

  test('text, negative, fractional and endless counts', () => {
    expect(
      normaliseUsage({ ...given, input: '12', output: -1, cachedInput: 1.5, reasoningOutput: Infinity }).usage,
    ).toEqual({
      input: 12,
      output: null,
      cachedInput: null,
      cacheWriteInput: null,
      reasoningOutput: null,
    });
  });

  test('no count at all', () => {
    expect(normaliseUsage(given).tokens).toBeNull();
  });
});

test('asking only the dialects that a span speaks changes no answer', () => {
  for (const given of rows) {
    const span = spanOf(given);
    expect(normaliseSpan(span)).toEqual(normaliseFacts(new SpanFacts(span)));
  }
});
