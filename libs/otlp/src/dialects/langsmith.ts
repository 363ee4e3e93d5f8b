import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';
import { flag, kindOf, member, metadataUnder, tags, text, ttftEvent } from './source.js';

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
    cacheWriteInput: detail('input', 'cache_creation'),
    reasoningOutput: detail('output', 'reasoning'),
    audioInput: detail('input', 'audio'),
    audioOutput: detail('output', 'audio'),
    cost: [member(usage, 'total_cost')],
    ttft: [ttftEvent('new_token')],
    stream: [flag('gen_ai.prompt', 'stream')],
    userId: text('langsmith.metadata.user_id'),
    sessionId: text(
      'langsmith.trace.session_id',
      'langsmith.metadata.session_id',
      'langsmith.metadata.thread_id',
      'langsmith.metadata.conversation_id',
    ),
    tags: tags('langsmith.span.tags'),
    metadata: [metadataUnder('langsmith.metadata.', ['user_id', 'session_id', 'usage_metadata'])],
    feature: text('langsmith.trace.name'),
    failure: [{ key: 'event exception, no gen_ai.completion', read: readFailure, from: { oneOf: [] } }],
  },
};

/** Details of the counts: beside the OTel counts, or inside the usage object. */
function detail(side: 'input' | 'output', name: string): Source<unknown>[] {
  return [member(`gen_ai.usage.${side}_token_details`, name), member(usage, `${side}_token_details`, name)];
}

/** The span status says OK also on failures (0.12); an exception without an answer tells. */
function readFailure(span: SpanFacts): { message: string | null } | undefined {
  const failed =
    span.scopeName === 'langsmith' && span.event('exception') !== undefined && !span.has('gen_ai.completion');
  return failed ? { message: span.eventText('exception', 'exception.message') ?? null } : undefined;
}
