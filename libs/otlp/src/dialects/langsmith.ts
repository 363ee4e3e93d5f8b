import { memberAt, memberOf } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';
import { asNumber, flag, json, kindOf, member, metadataUnder, tags, text, ttftEvent } from './source.js';

const usage = 'langsmith.usage_metadata';

/** LangSmith writes `langsmith.*` beside OTel names; wrappers (chain runs) repeat the tokens of their calls. */
export const langsmith: Dialect = {
  id: 'langsmith',
  title: 'LangSmith',
  scopes: ['langsmith'],
  keys: [
    'langsmith.*',
    'gen_ai.prompt',
    'gen_ai.usage.input_token_details',
    'gen_ai.usage.output_token_details',
    'gen_ai.serialized.*',
  ],
  events: ['new_token'],
  sources: {
    kind: [
      kindOf('langsmith.span.kind', {
        llm: 'generation',
        embedding: 'embedding',
        tool: 'tool',
        chain: 'chain',
        agent: 'agent',
        retriever: 'retriever',
        prompt: 'span',
        parser: 'span',
      }),
    ],
    provider: text('langsmith.metadata.ls_provider'),
    requestModel: text('langsmith.metadata.ls_model_name'),
    usageInput: [member(usage, 'input_tokens')],
    usageOutput: [member(usage, 'output_tokens')],
    cachedInput: detail('input', 'cache_read'),
    cacheWriteInput: writes('cache_creation', 'ephemeral_5m_input_tokens + ephemeral_1h_input_tokens'),
    cacheWriteInput1h: detail('input', 'ephemeral_1h_input_tokens'),
    reasoningOutput: detail('output', 'reasoning'),
    audioInput: detail('input', 'audio'),
    audioOutput: detail('output', 'audio'),
    cost: [member(usage, 'total_cost')],
    ttft: [ttftEvent('new_token')],
    stream: [flag('langsmith.request.streaming'), flag('gen_ai.prompt', 'stream')],
    userId: text('langsmith.metadata.user_id'),
    sessionId: text(
      'langsmith.trace.session_id',
      'langsmith.metadata.session_id',
      'langsmith.metadata.thread_id',
      'langsmith.metadata.conversation_id',
    ),
    tags: tags('langsmith.span.tags'),
    metadata: [metadataUnder('langsmith.metadata.', ['user_id', 'session_id', 'usage_metadata'])],
    // Traces of a wrapped client all have the name of its class.
    feature: text('langsmith.metadata.feature', 'langsmith.trace.name'),
    failure: [{ key: 'event exception, no gen_ai.completion', read: readFailure, from: { oneOf: [] } }],
  },
};

/** Details of the counts: beside the OTel counts, or inside the usage object. */
function detail(side: 'input' | 'output', name: string): Source<unknown>[] {
  return [member(`gen_ai.usage.${side}_token_details`, name), member(usage, `${side}_token_details`, name)];
}

/** Where LangChain knows how long a write lives, it says so in two counts and makes the one for both 0. */
function writes(both: string, apart: string): Source<unknown>[] {
  const places = [['gen_ai.usage.input_token_details'], [usage, 'input_token_details']] as const;
  return places.map(([key, ...path]) =>
    json(
      key,
      (details) => {
        const inner = memberAt(details, path);
        const parts = apart.split(' + ').flatMap((name) => asNumber(memberOf(inner, name)) ?? []);
        const sum = parts.reduce((left, right) => left + right, 0);
        return asNumber(memberOf(inner, both)) || (parts.length > 0 ? sum : memberOf(inner, both));
      },
      [key, ...path, `${both} | ${apart}`].join(' .'),
    ),
  );
}

/** The span status says OK also on failures (0.12); an exception without an answer tells. */
function readFailure(span: SpanFacts): { message: string | null } | undefined {
  const failed =
    span.scopeName === 'langsmith' && span.event('exception') !== undefined && !span.has('gen_ai.completion');
  return failed ? { message: span.eventText('exception', 'exception.message') ?? null } : undefined;
}
