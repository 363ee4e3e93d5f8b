import { knownProvider, providerOfModel } from '../models.js';
import { readToolCalls } from '../messages.js';
import { memberOf } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import { asNumber, input, kindOf, member, memberText, output, systemInRequest, toolsInRequest } from './source.js';

const out = 'genkit:output';

function isModel(span: SpanFacts): boolean {
  return ['model', 'embedder', 'background-model'].includes(span.text('genkit:metadata:subtype') ?? '');
}

/** `plugin/model`: the plugin is a provider only where its name is one. */
function nameParts(span: SpanFacts): { plugin: string; model: string } | undefined {
  const name = isModel(span) ? span.text('genkit:name') : undefined;
  if (name === undefined) return undefined;
  const slash = name.indexOf('/');
  return slash < 0 ? { plugin: '', model: name } : { plugin: name.slice(0, slash), model: name.slice(slash + 1) };
}

/** Gemini counts thoughts apart from the answer; the total tells whether this answer did. */
function readOutputTokens(span: SpanFacts): unknown {
  const given = asNumber(span.member(out, 'usage', 'outputTokens'));
  const thoughts = asNumber(span.member(out, 'usage', 'thoughtsTokens'));
  if (given === undefined || thoughts === undefined) return given;
  const inputTokens = asNumber(span.member(out, 'usage', 'inputTokens')) ?? 0;
  return asNumber(span.member(out, 'usage', 'totalTokens')) === inputTokens + given + thoughts
    ? given + thoughts
    : given;
}

function readProvider(span: SpanFacts): string | undefined {
  const parts = nameParts(span);
  if (parts === undefined) return undefined;
  return knownProvider(parts.plugin) ?? providerOfModel(parts.model) ?? (parts.plugin || undefined);
}

/** Genkit's own reason says `stop` also for tool calls; the provider's raw answer is exact. */
function readFinishReason(span: SpanFacts): unknown {
  const choices = span.member(out, 'raw', 'choices');
  const reason = Array.isArray(choices) ? memberOf(choices[0], 'finish_reason') : undefined;
  if (typeof reason === 'string') return reason;
  const message = span.member(out, 'message', 'content');
  const calls =
    Array.isArray(message) && readToolCalls(message.map((part) => memberOf(part, 'toolRequest'))).length > 0;
  const given = span.member(out, 'finishReason');
  return calls && given === 'stop' ? 'tool_calls' : given;
}

export const genkit: Dialect = {
  id: 'genkit',
  title: 'Genkit',
  scopes: ['genkit-tracer'],
  keys: ['genkit:*'],
  sources: {
    kind: [
      kindOf('genkit:metadata:subtype', {
        model: 'generation',
        'background-model': 'generation',
        embedder: 'embedding',
        tool: 'tool',
        'tool.v2': 'tool',
        agent: 'agent',
        retriever: 'retriever',
        reranker: 'reranker',
        evaluator: 'evaluator',
        flow: 'span',
        prompt: 'span',
        util: 'span',
      }),
      kindOf('genkit:type', { util: 'span', flow: 'span', flowstep: 'span', action: 'span' }),
    ],
    provider: [
      { key: 'genkit:name (before the slash), else by model', read: readProvider, from: { oneOf: ['genkit:name'] } },
    ],
    requestModel: [
      {
        key: 'genkit:name (after the slash)',
        read: (span) => nameParts(span)?.model,
        from: { oneOf: ['genkit:name'] },
      },
    ],
    responseModel: [memberText(out, 'raw', 'model')],
    usageInput: [member(out, 'usage', 'inputTokens')],
    usageOutput: [
      { key: `${out} .usage.outputTokens (+ .thoughtsTokens)`, read: readOutputTokens, from: { oneOf: [out] } },
    ],
    cachedInput: [
      member(out, 'usage', 'cachedContentTokens'),
      member(out, 'raw', 'usage', 'prompt_tokens_details', 'cached_tokens'),
    ],
    reasoningOutput: [
      member(out, 'usage', 'thoughtsTokens'),
      member(out, 'raw', 'usage', 'completion_tokens_details', 'reasoning_tokens'),
    ],
    finishReason: [
      { key: `${out} .raw.choices.0.finish_reason | .finishReason`, read: readFinishReason, from: { oneOf: [out] } },
    ],
    failure: [
      {
        key: 'genkit:state = error',
        read: (span) =>
          span.text('genkit:state') === 'error' ? { message: span.text('genkit:error') ?? null } : undefined,
        from: { oneOf: ['genkit:state'] },
      },
    ],
    sessionId: [memberText('genkit:metadata:context', 'sessionId')],
    input: [
      {
        key: 'genkit:input (tool)',
        read: (span) => {
          const given = span.text('genkit:input');
          const name = span.text('genkit:name');
          if (given === undefined || name === undefined || !isTool(span)) return undefined;
          return [{ role: 'tool', text: given, toolCalls: [{ id: null, name, arguments: span.json('genkit:input') }] }];
        },
        from: { oneOf: ['genkit:input'] },
      },
      ...input('genkit:input'),
    ],
    system: systemInRequest('genkit:input'),
    output: [
      {
        key: 'genkit:output (tool)',
        read: (span) => {
          const given = isTool(span) ? span.text(out) : undefined;
          return given === undefined ? undefined : [{ role: 'tool', text: given, toolCalls: [] }];
        },
        from: { oneOf: [out] },
      },
      ...output(out),
    ],
    tools: toolsInRequest('genkit:input'),
  },
};

function isTool(span: SpanFacts): boolean {
  return (span.text('genkit:metadata:subtype') ?? '').startsWith('tool');
}
