import { messageOfEvent } from '../message-events.js';
import { type ParsedMessage, splitSystem } from '../messages.js';
import { memberOf } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import { input, output, raw, some, system, text, toolInput, toolOutput, ttft } from './source.js';

/** Messages in one attribute, each as the OTel event that it was before: `[{"event.name": "gen_ai.user.message", ...}]`. */
function messagesOfEvents(span: SpanFacts, choices: boolean): ParsedMessage[] {
  const events = span.json('events');
  if (!Array.isArray(events)) return [];
  return events.flatMap((event) => {
    const name = memberOf(event, 'event.name');
    return typeof name === 'string' && (name === 'gen_ai.choice') === choices ? messageOfEvent(name, event) : [];
  });
}

/** Pydantic AI and Logfire: OTel names, plus older keys for whole conversations and tool spans. */
export const pydanticAi: Dialect = {
  id: 'pydantic-ai',
  title: 'Pydantic AI / Logfire',
  scopes: ['pydantic-ai', 'logfire'],
  keys: [
    'pydantic_ai.*',
    'events',
    'all_messages_events',
    'final_result',
    'agent_name',
    'model_name',
    'model_request_parameters',
    'tool_arguments',
    'tool_response',
    'operation.cost',
    'gen_ai.usage.details.*',
    'gen_ai.aggregated_usage.*',
    'logfire.*',
  ],
  sources: {
    kind: [
      // An older agent span carries no operation, but the sums of its calls: it must not become a call itself.
      {
        key: 'agent_name',
        read: (span) => (span.has('agent_name') && !span.has('gen_ai.operation.name') ? 'agent' : undefined),
        from: { oneOf: ['agent_name'] },
      },
      {
        key: 'tool_response',
        read: (span) => (span.has('tool_arguments') ? 'tool' : undefined),
        from: { oneOf: ['tool_arguments'] },
      },
    ],
    requestModel: text('model_name'),
    cachedInput: raw(
      'gen_ai.usage.details.cache_read_tokens',
      'gen_ai.usage.details.cache_read_input_tokens',
      'gen_ai.usage.details.cached_tokens',
    ),
    cacheWriteInput: raw('gen_ai.usage.details.cache_write_tokens', 'gen_ai.usage.details.cache_creation_input_tokens'),
    reasoningOutput: raw('gen_ai.usage.details.reasoning_tokens'),
    audioInput: raw('gen_ai.usage.details.input_audio_tokens'),
    cost: raw('operation.cost'),
    ttft: [ttft('gen_ai.client.operation.time_to_first_chunk', 's')],
    feature: text('agent_name'),
    input: [
      toolInput({ name: 'gen_ai.tool.name', id: 'gen_ai.tool.call.id', arguments: 'tool_arguments' }),
      {
        key: 'events (all but gen_ai.choice)',
        read: (span) => some(splitSystem(messagesOfEvents(span, false), undefined, undefined).messages),
        from: { oneOf: ['events'] },
      },
      ...input('pydantic_ai.all_messages', 'all_messages_events'),
    ],
    system: [
      ...system('pydantic_ai.instructions'),
      {
        key: 'events gen_ai.system.message',
        read: (span) => splitSystem(messagesOfEvents(span, false), undefined, undefined).system,
        from: { oneOf: ['events'] },
      },
    ],
    output: [
      toolOutput('tool_response'),
      { key: 'events gen_ai.choice', read: (span) => some(messagesOfEvents(span, true)), from: { oneOf: ['events'] } },
      ...output('final_result'),
    ],
  },
};
