import { readMessages, readRequest, readToolNames, splitSystem } from '../messages.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import {
  flag,
  input,
  kindOf,
  memberText,
  metadataJson,
  output,
  raw,
  some,
  sumOfCosts,
  systemInRequest,
  tags,
  text,
  toolInput,
  ttftEvent,
} from './source.js';

/** Inputs of all calls of an OpenInference span as one conversation. */
function conversation(span: SpanFacts, prefix: string, role: string) {
  return readMessages(span.indexed(prefix), role);
}

function requestModel(span: SpanFacts): string | undefined {
  for (const key of ['llm.invocation_parameters', 'input.value']) {
    const model = span.member(key, 'model');
    if (typeof model === 'string') return model;
  }
  return undefined;
}

export const openinference: Dialect = {
  id: 'openinference',
  title: 'OpenInference',
  scopes: ['@arizeai/openinference-instrumentation-*', 'openinference.instrumentation.*'],
  keys: [
    'openinference.*',
    'llm.*',
    'input.value',
    'input.mime_type',
    'output.value',
    'output.mime_type',
    'embedding.*',
    'retrieval.*',
    'reranker.*',
    'document.*',
    'tool.*',
    'tool_call.*',
    'metadata',
    'tag.tags',
    'prompt.id',
    'prompt.vendor',
    'prompt.url',
    'agent.name',
    'graph.node.*',
  ],
  events: ['First Token Stream Event'],
  sources: {
    kind: [
      kindOf('openinference.span.kind', {
        llm: 'generation',
        embedding: 'embedding',
        tool: 'tool',
        agent: 'agent',
        chain: 'chain',
        retriever: 'retriever',
        reranker: 'reranker',
        guardrail: 'guardrail',
        evaluator: 'evaluator',
        prompt: 'span',
      }),
    ],
    provider: text('llm.provider', 'llm.system'),
    requestModel: [
      ...text('llm.request.model_name'),
      {
        key: 'llm.invocation_parameters .model | input.value .model',
        read: requestModel,
        from: { oneOf: ['llm.invocation_parameters', 'input.value'] },
      },
      ...text('llm.model_name', 'embedding.model_name', 'reranker.model_name'),
    ],
    responseModel: [
      ...text('llm.response.model_name'),
      {
        // The answer's model replaces the request's; a stream keeps the request's, which says nothing of the answer.
        key: "llm.model_name (unless it is the request's)",
        read: (span) => {
          const name = span.text('llm.model_name');
          return name === requestModel(span) ? undefined : name;
        },
        from: { oneOf: ['llm.model_name'] },
      },
    ],
    usageInput: raw('llm.token_count.prompt'),
    usageOutput: raw('llm.token_count.completion'),
    cachedInput: raw('llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input'),
    cacheWriteInput: raw('llm.token_count.prompt_details.cache_write'),
    cacheWriteInput1h: [
      {
        key: 'output.value .usage.cache_creation.ephemeral_1h_input_tokens',
        read: (span) =>
          span.has('llm.token_count.prompt_details.cache_write')
            ? span.member('output.value', 'usage', 'cache_creation', 'ephemeral_1h_input_tokens')
            : undefined,
        from: { oneOf: ['llm.token_count.prompt_details.cache_write'] },
      },
    ],
    reasoningOutput: raw('llm.token_count.completion_details.reasoning'),
    audioInput: raw('llm.token_count.prompt_details.audio'),
    audioOutput: raw('llm.token_count.completion_details.audio'),
    cost: [
      ...raw('llm.cost.total'),
      {
        key: 'llm.cost.prompt + llm.cost.completion',
        read: (span) => sumOfCosts([span.value('llm.cost.prompt'), span.value('llm.cost.completion')]),
        from: { oneOf: ['llm.cost.prompt', 'llm.cost.completion'] },
      },
    ],
    finishReason: raw('llm.finish_reason'),
    ttft: [ttftEvent('First Token Stream Event')],
    stream: [flag('llm.invocation_parameters', 'stream')],
    // A template is a text, not a name: it identifies no prompt.
    promptName: text('prompt.id'),
    promptVersion: text('llm.prompt_template.version'),
    userId: [...text('user.id'), memberText('llm.invocation_parameters', 'user')],
    sessionId: text('session.id'),
    tags: tags('tag.tags'),
    metadata: [metadataJson('metadata')],
    feature: [memberText('metadata', 'feature'), ...text('agent.name')],
    customer: [memberText('metadata', 'customer')],
    input: [
      {
        key: 'llm.input_messages.N.message.*',
        read: (span) =>
          some(splitSystem(conversation(span, 'llm.input_messages.', 'user'), undefined, undefined).messages),
        from: { oneOf: ['llm.input_messages.*'] },
      },
      {
        key: 'embedding.embeddings.N.embedding.text',
        read: (span) => {
          const entries = span.indexed('embedding.embeddings.') ?? [];
          const texts = entries.map((entry) =>
            readRequest((entry as { embedding?: { text?: unknown } }).embedding?.text),
          );
          return some(texts.flatMap((request) => request.messages));
        },
        from: { oneOf: ['embedding.embeddings.*'] },
      },
      toolInput({ name: 'tool.name', id: 'tool_call.id', arguments: 'input.value' }),
      ...input('input.value'),
    ],
    system: [
      {
        key: 'llm.input_messages.N.message.* (role system)',
        read: (span) => splitSystem(conversation(span, 'llm.input_messages.', 'user'), undefined, undefined).system,
        from: { oneOf: ['llm.input_messages.*'] },
      },
      ...systemInRequest('input.value'),
    ],
    output: [
      {
        key: 'llm.output_messages.N.message.*',
        read: (span) => some(conversation(span, 'llm.output_messages.', 'assistant')),
        from: { oneOf: ['llm.output_messages.*'] },
      },
      ...output('output.value'),
    ],
    tools: [
      {
        key: 'llm.tools.N.tool.json_schema',
        read: (span) => readToolNames(span.indexed('llm.tools.')),
        from: { oneOf: ['llm.tools.*'] },
      },
      {
        key: 'llm.invocation_parameters .tools',
        read: (span) => readToolNames(span.member('llm.invocation_parameters', 'tools')),
        from: { oneOf: ['llm.invocation_parameters'] },
      },
    ],
  },
};
