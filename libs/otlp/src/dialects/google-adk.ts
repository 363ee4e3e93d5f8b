import { memberOf } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import {
  asNumber,
  input,
  json,
  member,
  output,
  raw,
  systemInRequest,
  text,
  toolInput,
  toolOutput,
  toolsInRequest,
} from './source.js';

const request = 'gcp.vertex.agent.llm_request';
const response = 'gcp.vertex.agent.llm_response';
const thoughts = 'gen_ai.usage.experimental.reasoning_tokens';
const scopes = ['gcp.vertex.agent'];

/**
 * In Python each call is two spans since 1.23: `call_llm` and, inside it, `generate_content` with the same tokens, but
 * without the messages and, up to 2.2, without the thoughts. The outer one is the call; JavaScript has no other.
 */
function isInnerCall(facts: SpanFacts): boolean {
  const { name, scope } = facts.span;
  return (
    scopes.includes(scope.name) &&
    /^[12]\./.test(scope.version) &&
    name.startsWith('generate_content') &&
    facts.resourceText('telemetry.sdk.language') === 'python'
  );
}

/** Google's Agent Development Kit: whole requests and answers as JSON; `{}` on tool spans means none. */
export const googleAdk: Dialect = {
  id: 'google-adk',
  title: 'Google ADK',
  scopes,
  keys: ['gcp.vertex.agent.*', 'gen_ai.usage.experimental.*'],
  sources: {
    kind: [
      {
        key: 'name generate_content (Python, inside call_llm)',
        read: (span) => (isInnerCall(span) ? 'span' : undefined),
        from: { scopes },
      },
      {
        key: 'gcp.vertex.agent.tool_call_args',
        read: (span) => (span.has('gcp.vertex.agent.tool_call_args') ? 'tool' : undefined),
        from: { oneOf: ['gcp.vertex.agent.tool_call_args'] },
      },
      json(request, (given) => (given === undefined ? undefined : 'generation')),
    ],
    requestModel: [json(request, (given) => stringOf(memberOf(given, 'model')), `${request} .model`)],
    usageInput: [member(response, 'usage_metadata', 'prompt_token_count')],
    usageOutput: [
      {
        key: `${response} .usage_metadata.candidates_token_count + .thoughts_token_count`,
        read: (span) => {
          const answer = span.member(response, 'usage_metadata', 'candidates_token_count');
          const thought = span.member(response, 'usage_metadata', 'thoughts_token_count');
          return typeof answer === 'number' ? answer + (typeof thought === 'number' ? thought : 0) : undefined;
        },
        from: { oneOf: [response] },
      },
      {
        key: `gen_ai.usage.output_tokens + ${thoughts}`,
        read: (span) => {
          const answer = asNumber(span.value('gen_ai.usage.output_tokens'));
          const thought = asNumber(span.value(thoughts));
          return answer === undefined || thought === undefined ? undefined : answer + thought;
        },
        from: { oneOf: [thoughts] },
      },
    ],
    cachedInput: [member(response, 'usage_metadata', 'cached_content_token_count')],
    reasoningOutput: [member(response, 'usage_metadata', 'thoughts_token_count'), ...raw(thoughts)],
    finishReason: [member(response, 'finish_reason')],
    sessionId: text('gcp.vertex.agent.session_id'),
    input: [
      toolInput({
        name: 'gen_ai.tool.name',
        id: 'gen_ai.tool.call.id',
        arguments: 'gcp.vertex.agent.tool_call_args',
      }),
      ...input(request),
    ],
    system: systemInRequest(request),
    output: [toolOutput('gcp.vertex.agent.tool_response'), ...output(response)],
    tools: toolsInRequest(request),
  },
};

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
