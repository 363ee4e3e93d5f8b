import { memberOf } from '../attribute-text.js';
import type { Dialect, Source } from './dialect.js';
import {
  asText,
  input,
  json,
  kindOf,
  member,
  metadataUnder,
  output,
  quotedText,
  systemInRequest,
  tools,
  toolsInRequest,
} from './source.js';

const usage = 'mlflow.chat.tokenUsage';

function linkedPrompt(name: string): Source<string> {
  return json(
    'mlflow.linkedPrompts',
    (prompts) => (Array.isArray(prompts) ? asText(memberOf(prompts[0], name)) : undefined),
    `mlflow.linkedPrompts .0.${name}`,
  );
}

/** MLflow tracing: every value is JSON text. */
export const mlflow: Dialect = {
  id: 'mlflow',
  title: 'MLflow',
  scopes: ['mlflow.*'],
  keys: ['mlflow.*'],
  sources: {
    kind: [
      kindOf('mlflow.spanType', {
        llm: 'generation',
        chat_model: 'generation',
        embedding: 'embedding',
        tool: 'tool',
        agent: 'agent',
        chain: 'chain',
        workflow: 'chain',
        task: 'chain',
        retriever: 'retriever',
        reranker: 'reranker',
        guardrail: 'guardrail',
        evaluator: 'evaluator',
        parser: 'span',
        memory: 'span',
      }),
    ],
    provider: quotedText('mlflow.llm.provider', 'mlflow.model.provider'),
    requestModel: quotedText('mlflow.llm.model'),
    usageInput: [member(usage, 'input_tokens')],
    usageOutput: [member(usage, 'output_tokens')],
    cachedInput: [member(usage, 'cache_read_input_tokens')],
    cacheWriteInput: [member(usage, 'cache_creation_input_tokens')],
    cost: [member('mlflow.llm.cost', 'total_cost')],
    finishReason: [
      {
        key: 'mlflow.spanOutputs .choices.0.finish_reason',
        read: (span) => {
          const choices = span.member('mlflow.spanOutputs', 'choices');
          return Array.isArray(choices) ? memberOf(choices[0], 'finish_reason') : undefined;
        },
        from: { oneOf: ['mlflow.spanOutputs'] },
      },
    ],
    promptName: [linkedPrompt('name')],
    promptVersion: [linkedPrompt('version')],
    userId: quotedText('mlflow.trace.user'),
    sessionId: quotedText('mlflow.trace.session'),
    tags: [
      {
        key: 'mlflow.traceTag.*',
        read: (span) => {
          const found = [...span.under('mlflow.traceTag.')].map(([key, value]) => `${key}:${asText(value) ?? ''}`);
          return found.length > 0 ? found : undefined;
        },
        from: { oneOf: ['mlflow.traceTag.*'] },
      },
    ],
    metadata: [metadataUnder('mlflow.traceTag.')],
    input: input('mlflow.spanInputs'),
    system: systemInRequest('mlflow.spanInputs'),
    output: output('mlflow.spanOutputs'),
    tools: [...tools('mlflow.chat.tools'), ...toolsInRequest('mlflow.spanInputs')],
  },
};
