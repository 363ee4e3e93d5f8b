import type { SpanFacts } from '../span-facts.js';
import { memberOf } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import {
  asText,
  input,
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

function linkedPrompt(span: SpanFacts, name: string): string | undefined {
  const prompts = span.json('mlflow.linkedPrompts');
  return Array.isArray(prompts) ? asText(memberOf(prompts[0], name)) : undefined;
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
      },
    ],
    promptName: [{ key: 'mlflow.linkedPrompts .0.name', read: (span) => linkedPrompt(span, 'name') }],
    promptVersion: [{ key: 'mlflow.linkedPrompts .0.version', read: (span) => linkedPrompt(span, 'version') }],
    userId: quotedText('mlflow.trace.user'),
    sessionId: quotedText('mlflow.trace.session'),
    tags: [
      {
        key: 'mlflow.traceTag.*',
        read: (span) => {
          const found = [...span.under('mlflow.traceTag.')].map(([key, value]) => `${key}:${asText(value) ?? ''}`);
          return found.length > 0 ? found : undefined;
        },
      },
    ],
    metadata: [metadataUnder('mlflow.traceTag.')],
    input: input('mlflow.spanInputs'),
    system: systemInRequest('mlflow.spanInputs'),
    output: output('mlflow.spanOutputs'),
    tools: [...tools('mlflow.chat.tools'), ...toolsInRequest('mlflow.spanInputs')],
  },
};
