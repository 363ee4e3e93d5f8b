import type { SpanKind } from '@plimsoll/contract';
import { memberOf } from '../attribute-text.js';
import { type ParsedMessage, readMessages, readToolCalls, splitSystem } from '../messages.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, FirstToken, Source } from './dialect.js';
import {
  asNumber,
  asText,
  input,
  json,
  member,
  output,
  raw,
  some,
  system,
  text,
  toolInput,
  toolOutput,
} from './source.js';

const scopes = ['livekit-agents'];
const llmMetrics = 'lk.llm_metrics';
const realtimeMetrics = 'lk.realtime_model_metrics';

/**
 * What a span without an operation is. The nodes around a call and those of speech name a model too, and none of them is a
 * call: `llm_request_run` is one try of the request around it.
 */
const kinds: Readonly<Record<string, SpanKind>> = {
  agent_session: 'chain',
  agent_turn: 'agent',
  function_tool: 'tool',
  llm_request: 'generation',
};

/** Names that go before the operation: an adapter writes that of the requests inside it, and `judge` is in no convention. */
const kindsOfOperations: Readonly<Record<string, SpanKind>> = {
  llm_fallback_adapter: 'span',
  judge_evaluation: 'evaluator',
};

function readKind(span: SpanFacts): SpanKind | undefined {
  const { name } = span.span;
  if (!scopes.includes(span.scopeName)) return undefined;
  if (Object.hasOwn(kindsOfOperations, name)) return kindsOfOperations[name];
  if (span.has('gen_ai.operation.name')) return undefined;
  return Object.hasOwn(kinds, name) ? kinds[name] : 'span';
}

/** Content is under `lk.pii.` since 1.7, under `lk.` before. */
function bothForms(name: string): [string, string] {
  return [`lk.pii.${name}`, `lk.${name}`];
}

/** The conversation: messages, calls of functions and what they gave; hand-overs and settings between them say nothing. */
function conversation(span: SpanFacts, key: string): ParsedMessage[] {
  const items = span.member(key, 'items');
  if (!Array.isArray(items)) return [];
  const said = items.filter((item) =>
    ['message', 'function_call', 'function_call_output'].includes(String(memberOf(item, 'type'))),
  );
  return readMessages(said, 'user');
}

function answer(textKey: string, callsKey: string): Source<ParsedMessage[]> {
  return {
    key: `${textKey}, ${callsKey}`,
    read: (span) => {
      const said = span.text(textKey);
      const toolCalls = readToolCalls(span.json(callsKey));
      if (said === undefined && toolCalls.length === 0) return undefined;
      return [{ role: 'assistant', text: said ?? null, toolCalls }];
    },
    from: { oneOf: [textKey, callsKey] },
  };
}

/** -1 where the answer had no token. */
function firstToken(key: string): Source<FirstToken> {
  const source = `${key} .ttft (s)`;
  return json(
    key,
    (metrics) => {
      const seconds = asNumber(memberOf(metrics, 'ttft'));
      return seconds === undefined || seconds < 0 ? undefined : { ms: seconds * 1_000, source };
    },
    source,
  );
}

/** The user where the participant of the span is one; the agent takes part in the room as well. */
function participant(key: string): Source<string> {
  return {
    key: `${key} (unless the agent's)`,
    read: (span) => (/AGENT/.test(span.text('lk.participant_kind') ?? '') ? undefined : span.text(key)),
    from: { oneOf: [key] },
  };
}

/** LiveKit's voice agents: OTel names on calls, keys of their own around them, and spans that only their names tell apart. */
export const livekit: Dialect = {
  id: 'livekit',
  title: 'LiveKit Agents',
  scopes,
  keys: [
    'lk.*',
    'gen_ai.usage.input_text_tokens',
    'gen_ai.usage.input_audio_tokens',
    'gen_ai.usage.input_cached_tokens',
    'gen_ai.usage.output_text_tokens',
    'gen_ai.usage.output_audio_tokens',
  ],
  sources: {
    kind: [{ key: 'name of the span (without gen_ai.operation.name)', read: readKind, from: { scopes } }],
    usageInput: [member(llmMetrics, 'prompt_tokens')],
    usageOutput: [member(llmMetrics, 'completion_tokens')],
    cachedInput: [...raw('gen_ai.usage.input_cached_tokens'), member(llmMetrics, 'prompt_cached_tokens')],
    cacheWriteInput: [member(llmMetrics, 'cache_creation_tokens')],
    audioInput: [
      {
        key: `gen_ai.usage.input_audio_tokens - ${realtimeMetrics} .input_token_details.cached_tokens_details.audio_tokens`,
        read: (span) => {
          const heard = asNumber(span.value('gen_ai.usage.input_audio_tokens'));
          const details = ['input_token_details', 'cached_tokens_details', 'audio_tokens'];
          const cached = asNumber(span.member(realtimeMetrics, ...details)) ?? 0;
          return heard === undefined ? undefined : Math.max(heard - cached, 0);
        },
        from: { oneOf: ['gen_ai.usage.input_audio_tokens'] },
      },
    ],
    audioOutput: raw('gen_ai.usage.output_audio_tokens'),
    ttft: [firstToken(llmMetrics), firstToken(realtimeMetrics)],
    userId: bothForms('participant_identity').map((key) => participant(key)),
    sessionId: text('lk.room_sid', ...bothForms('room_name')),
    feature: text('lk.agent_name', 'lk.agent_label'),
    failure: [
      {
        key: 'lk.function_tool.is_error',
        read: (span) =>
          span.value('lk.function_tool.is_error') === true
            ? { message: span.text('lk.pii.function_tool.output') ?? span.text('lk.function_tool.output') ?? null }
            : undefined,
        from: { oneOf: ['lk.function_tool.is_error'] },
      },
    ],
    input: [
      ...bothForms('function_tool.arguments').map((key) =>
        toolInput({ name: 'lk.function_tool.name', id: 'lk.function_tool.id', arguments: key }),
      ),
      ...bothForms('chat_ctx').map((key) => ({
        key: `${key} .items`,
        read: (span: SpanFacts) => some(splitSystem(conversation(span, key), undefined, undefined).messages),
        from: { oneOf: [key] },
      })),
      ...input(...bothForms('user_input'), ...bothForms('input_text')),
    ],
    system: [
      ...system(...bothForms('instructions')),
      ...bothForms('chat_ctx').map((key) => ({
        key: `${key} .items (role system)`,
        read: (span: SpanFacts) => splitSystem(conversation(span, key), undefined, undefined).system,
        from: { oneOf: [key] },
      })),
    ],
    output: [
      ...bothForms('function_tool.output').map((key) => toolOutput(key)),
      ...['lk.pii.', 'lk.'].map((prefix) => answer(`${prefix}response.text`, `${prefix}response.function_calls`)),
      ...output(...bothForms('user_transcript')),
    ],
    tools: [
      json('lk.function_tools', (names) =>
        Array.isArray(names) ? some(names.flatMap((name) => asText(name) ?? [])) : undefined,
      ),
    ],
  },
};
