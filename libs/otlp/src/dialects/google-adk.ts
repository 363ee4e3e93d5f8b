import { memberOf } from '../attribute-text.js';
import type { Dialect } from './dialect.js';
import { input, json, member, output, systemInRequest, text, toolInput, toolOutput, toolsInRequest } from './source.js';

const request = 'gcp.vertex.agent.llm_request';
const response = 'gcp.vertex.agent.llm_response';

/** Google's Agent Development Kit: whole requests and answers as JSON; `{}` on tool spans means none. */
export const googleAdk: Dialect = {
  id: 'google-adk',
  title: 'Google ADK',
  scopes: ['gcp.vertex.agent'],
  keys: ['gcp.vertex.agent.*'],
  sources: {
    kind: [
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
          const thoughts = span.member(response, 'usage_metadata', 'thoughts_token_count');
          return typeof answer === 'number' ? answer + (typeof thoughts === 'number' ? thoughts : 0) : undefined;
        },
        from: { oneOf: [response] },
      },
    ],
    cachedInput: [member(response, 'usage_metadata', 'cached_content_token_count')],
    reasoningOutput: [member(response, 'usage_metadata', 'thoughts_token_count')],
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
