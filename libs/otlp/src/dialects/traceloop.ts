import { memberOf } from '../attribute-text.js';
import { type ParsedMessage, readMessages, readRequest, readToolNames, splitSystem } from '../messages.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';
import { asNumber, flag, kindOf, metadataUnder, output, raw, some, text } from './source.js';

const properties = 'traceloop.association.properties.';

/**
 * The Anthropic instrumentation repeats the provider's figure, which leaves cached tokens out; ours include them.
 * It applies before the general rule, which sees the difference only where the cache outweighs the rest.
 */
const anthropicInput: Source<unknown> = {
  key: 'gen_ai.usage.input_tokens + cache (Anthropic instrumentation)',
  read: (span) => {
    if (!/traceloop.*anthropic|opentelemetry\.instrumentation\.anthropic/.test(span.scopeName)) return undefined;
    const given = asNumber(span.value('gen_ai.usage.input_tokens') ?? span.value('gen_ai.usage.prompt_tokens'));
    if (given === undefined) return undefined;
    const cached = asNumber(span.value('gen_ai.usage.cache_read_input_tokens')) ?? 0;
    const written = asNumber(span.value('gen_ai.usage.cache_creation_input_tokens')) ?? 0;
    return given + cached + written;
  },
  from: { oneOf: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'] },
};

/** What a function was called with: `{args, kwargs}`, each empty where there is nothing. One value alone is shown as itself. */
function readArguments(span: SpanFacts): ParsedMessage[] | undefined {
  const given = span.json('traceloop.entity.input');
  const args = memberOf(given, 'args');
  const kwargs = memberOf(given, 'kwargs');
  if (!Array.isArray(args) || typeof kwargs !== 'object' || kwargs === null) return some(readRequest(given).messages);
  const values: unknown[] = [...args, ...Object.values(kwargs)];
  return values.length === 0 ? undefined : some(readRequest(values.length === 1 ? values[0] : given).messages);
}

/** OpenLLMetry (Traceloop): OTel names today, indexed keys and `llm.*` before; wrappers of its own. */
export const traceloop: Dialect = {
  id: 'traceloop',
  title: 'Traceloop / OpenLLMetry',
  scopes: ['@traceloop/instrumentation-*', '@traceloop/node-server-sdk', 'opentelemetry.instrumentation.*'],
  keys: [
    'traceloop.*',
    'llm.*',
    'gen_ai.prompt.*',
    'gen_ai.completion.*',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.prompt_tokens',
    'gen_ai.request.structured_output_schema',
  ],
  sources: {
    kind: [
      kindOf('traceloop.span.kind', { workflow: 'chain', task: 'chain', agent: 'agent', tool: 'tool' }),
      kindOf('llm.request.type', {
        chat: 'generation',
        completion: 'generation',
        embedding: 'embedding',
        rerank: 'reranker',
      }),
    ],
    usageInput: [anthropicInput, ...raw('llm.usage.prompt_tokens')],
    usageOutput: raw('llm.usage.completion_tokens'),
    cachedInput: raw('gen_ai.usage.cache_read_input_tokens'),
    cacheWriteInput: raw('gen_ai.usage.cache_creation_input_tokens'),
    reasoningOutput: raw('gen_ai.usage.reasoning_tokens', 'llm.usage.reasoning_tokens'),
    finishReason: [
      ...raw('gen_ai.completion.0.finish_reason', 'llm.response.finish_reason', 'llm.response.stop_reason'),
    ],
    stream: [flag('llm.is_streaming')],
    promptName: text('traceloop.prompt.key'),
    promptVersion: text('traceloop.prompt.version', 'traceloop.prompt.version_name', 'traceloop.prompt.version_hash'),
    userId: text(`${properties}user_id`),
    sessionId: text(`${properties}session_id`),
    conversationId: text(`${properties}chat_id`),
    metadata: [metadataUnder(properties, ['user_id', 'session_id', 'chat_id'])],
    feature: text(`${properties}feature`, 'traceloop.workflow.name', 'traceloop.entity.name'),
    input: [
      {
        key: 'gen_ai.prompt.N.{role,content}',
        read: (span) =>
          some(splitSystem(readMessages(span.indexed('gen_ai.prompt.'), 'user'), undefined, undefined).messages),
        from: { oneOf: ['gen_ai.prompt.*'] },
      },
      { key: 'traceloop.entity.input', read: readArguments, from: { oneOf: ['traceloop.entity.input'] } },
    ],
    system: [
      {
        key: 'gen_ai.prompt.N.content (role system)',
        read: (span) => splitSystem(readMessages(span.indexed('gen_ai.prompt.'), 'user'), undefined, undefined).system,
        from: { oneOf: ['gen_ai.prompt.*'] },
      },
    ],
    output: [
      {
        key: 'gen_ai.completion.N.{role,content,tool_calls}',
        read: (span) => some(readMessages(span.indexed('gen_ai.completion.'), 'assistant')),
        from: { oneOf: ['gen_ai.completion.*'] },
      },
      ...output('traceloop.entity.output'),
    ],
    tools: [
      {
        key: 'llm.request.functions.N.name',
        read: (span) => readToolNames(span.indexed('llm.request.functions.')),
        from: { oneOf: ['llm.request.functions.*'] },
      },
    ],
  },
};
