import type { SpanKind } from '@plimsoll/contract';
import { readNestedJson } from '../attribute-text.js';
import { type ParsedMessage, readToolCalls } from '../messages.js';
import {
  asNumber,
  input,
  memberText,
  metadataUnder,
  output,
  raw,
  some,
  systemInRequest,
  tags,
  text,
  toolInput,
  toolOutput,
  tools,
  ttft,
  ttftEvent,
} from './source.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';

const metadataPrefix = 'ai.telemetry.metadata.';
const providerKey = 'ai.response.providerMetadata';

/** Version 5 repeats Anthropic's own input, which leaves the cache out; from 6 on the figure is whole. */
const exclusiveInput: Source<unknown> = {
  key: `ai.usage.inputTokens + cache (where it is ${providerKey} .anthropic.usage.input_tokens)`,
  read: (span) => {
    const [own, read, written] = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(
      (name) => asNumber(span.member(providerKey, 'anthropic', 'usage', name)),
    );
    const cache = (read ?? 0) + (written ?? 0);
    const given = asNumber(span.value('ai.usage.inputTokens') ?? span.value('ai.usage.promptTokens'));
    return own !== undefined && cache > 0 && given === own ? own + cache : undefined;
  },
  from: { oneOf: [providerKey] },
};

/** `ai.generateText` is the function a user calls, `ai.generateText.doGenerate` the model call inside it. */
function kindOfOperation(span: SpanFacts): SpanKind | undefined {
  const operation = span.text('ai.operationId');
  if (operation === undefined) return undefined;
  if (operation === 'ai.toolCall') return 'tool';
  const inner = /\.do(Embed|Generate|Stream|Rerank)$/.exec(operation)?.[1];
  if (inner === 'Embed') return 'embedding';
  if (inner === 'Rerank') return 'reranker';
  return inner === undefined ? 'span' : 'generation';
}

/** Version 7 gives the function `embed` the operation of the call inside it; only the call has usage. */
function embedWrapper(span: SpanFacts): SpanKind | undefined {
  const wraps =
    span.scopeName === 'gen_ai' &&
    span.text('gen_ai.operation.name') === 'embeddings' &&
    !span.has('gen_ai.usage.input_tokens') &&
    span.span.statusCode !== 2;
  return wraps ? 'span' : undefined;
}

function readOutput(span: SpanFacts): ParsedMessage[] | undefined {
  const answer = span.text('ai.response.text') ?? span.text('ai.response.object');
  const toolCalls = readToolCalls(span.json('ai.response.toolCalls'));
  if (answer === undefined && toolCalls.length === 0) return undefined;
  return [{ role: 'assistant', text: answer ?? null, toolCalls }];
}

/** Values of an embedding call, each quoted as JSON. */
function readValues(span: SpanFacts): ParsedMessage[] | undefined {
  const values = span.json('ai.values') ?? span.json('ai.value');
  const list = Array.isArray(values) ? values : values === undefined ? [] : [values];
  return some(
    list.flatMap((value) => {
      const plain = readNestedJson(value);
      return typeof plain === 'string' ? [{ role: 'user', text: plain, toolCalls: [] }] : [];
    }),
  );
}

/** AI SDK up to 6, and the legacy integration of 7: `ai.*` keys. Version 7 itself writes the OTel conventions. */
export const vercelAi: Dialect = {
  id: 'vercel-ai',
  title: 'Vercel AI SDK',
  scopes: ['ai', 'gen_ai'],
  keys: ['ai.*', 'operation.name', 'resource.name'],
  events: ['ai.*'],
  sources: {
    kind: [
      { key: 'ai.operationId', read: kindOfOperation, from: { oneOf: ['ai.operationId'] } },
      {
        key: 'scope gen_ai, gen_ai.operation.name = embeddings without usage',
        read: embedWrapper,
        from: { oneOf: ['gen_ai.operation.name'] },
      },
    ],
    provider: text('ai.model.provider'),
    requestModel: text('ai.model.id'),
    responseModel: text('ai.response.model'),
    usageInput: [exclusiveInput, ...raw('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens')],
    usageOutput: raw('ai.usage.outputTokens', 'ai.usage.completionTokens'),
    cachedInput: raw('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
    cacheWriteInput: [
      ...raw('ai.usage.inputTokenDetails.cacheWriteTokens'),
      {
        key: `${providerKey} .anthropic.cacheCreationInputTokens | .anthropic.usage.cache_creation_input_tokens | .bedrock.usage.cacheWriteInputTokens`,
        read: (span) =>
          asNumber(span.member(providerKey, 'anthropic', 'cacheCreationInputTokens')) ??
          asNumber(span.member(providerKey, 'anthropic', 'usage', 'cache_creation_input_tokens')) ??
          asNumber(span.member(providerKey, 'bedrock', 'usage', 'cacheWriteInputTokens')),
        from: { oneOf: [providerKey] },
      },
    ],
    cacheWriteInput1h: [
      {
        key: `${providerKey} .anthropic.usage.cache_creation.ephemeral_1h_input_tokens`,
        read: (span) => span.member(providerKey, 'anthropic', 'usage', 'cache_creation', 'ephemeral_1h_input_tokens'),
        from: { oneOf: [providerKey] },
      },
    ],
    reasoningOutput: raw('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
    finishReason: raw('ai.response.finishReason', 'ai.finishReason'),
    ttft: [
      ttft('ai.response.msToFirstChunk', 'ms'),
      ttft('ai.stream.msToFirstChunk', 'ms'),
      ttftEvent('ai.stream.firstChunk'),
    ],
    stream: [
      {
        key: 'ai.operationId',
        read: (span) => (span.has('ai.operationId') ? /stream/i.test(span.text('ai.operationId') ?? '') : undefined),
        from: { oneOf: ['ai.operationId'] },
      },
    ],
    promptName: [memberText(`${metadataPrefix}langfusePrompt`, 'name')],
    promptVersion: [memberText(`${metadataPrefix}langfusePrompt`, 'version')],
    userId: text(`${metadataPrefix}userId`),
    sessionId: text(`${metadataPrefix}sessionId`),
    tags: tags(`${metadataPrefix}tags`),
    metadata: [metadataUnder(metadataPrefix, ['userId', 'sessionId', 'tags', 'langfusePrompt'])],
    feature: text(`${metadataPrefix}feature`, 'ai.telemetry.functionId'),
    input: [
      toolInput({ name: 'ai.toolCall.name', id: 'ai.toolCall.id', arguments: 'ai.toolCall.args' }),
      ...input('ai.prompt.messages', 'ai.prompt'),
      { key: 'ai.values | ai.value', read: readValues, from: { oneOf: ['ai.values', 'ai.value'] } },
    ],
    system: systemInRequest('ai.prompt.messages', 'ai.prompt'),
    output: [
      toolOutput('ai.toolCall.result'),
      {
        key: 'ai.response.text | ai.response.object, ai.response.toolCalls',
        read: readOutput,
        from: { oneOf: ['ai.response.text', 'ai.response.object', 'ai.response.toolCalls'] },
      },
      ...output('ai.result.text', 'ai.result.object'),
    ],
    tools: tools('ai.prompt.tools'),
  },
};
