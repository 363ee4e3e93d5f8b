import type { SpanKind } from '@plimsoll/contract';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';
import {
  asNumber,
  input,
  output,
  raw,
  systemInRequest,
  text,
  toolInput,
  toolOutput,
  toolsInRequest,
} from './source.js';

const scopes = ['@flue/opentelemetry'];

/** What a span without an operation is, by the beginning of its name. */
const kinds: readonly (readonly [RegExp, SpanKind])[] = [
  [/^flue\.workflow\b/, 'chain'],
  [/^flue\.task\b/, 'agent'],
  [/^flue\.operation (prompt|skill|task)$/, 'agent'],
  [/^flue\.(tool|operation shell)\b/, 'tool'],
];

function readKind(span: SpanFacts): SpanKind | undefined {
  if (!scopes.includes(span.scopeName) || span.has('gen_ai.operation.name')) return undefined;
  return kinds.find(([name]) => name.test(span.span.name))?.[1] ?? 'span';
}

/**
 * Up to 1.0.0-beta.1 the input left cached tokens out; the total tells: it is the sum of everything. Later versions write
 * the whole input, of which the total is no sum with the cache.
 */
const exclusiveInput: Source<unknown> = {
  key: 'gen_ai.usage.input_tokens + cache (where the total counts them apart)',
  read: (span) => {
    if (!scopes.includes(span.scopeName)) return undefined;
    const figure = (...keys: string[]): number =>
      keys.map((key) => asNumber(span.value(key))).find((found) => found !== undefined) ?? 0;
    const cache =
      figure('gen_ai.usage.cache_read_tokens', 'gen_ai.usage.cache_read.input_tokens') +
      figure('gen_ai.usage.cache_write_tokens', 'gen_ai.usage.cache_creation.input_tokens');
    const given = figure('gen_ai.usage.input_tokens') + cache;
    const total = figure('gen_ai.usage.total_tokens', 'flue.usage.total_tokens');
    return cache > 0 && total === given + figure('gen_ai.usage.output_tokens') ? given : undefined;
  },
  from: { scopes },
};

/** Flue: OTel names since 1.0, before that names of spans and `flue.*` keys for content. */
export const flue: Dialect = {
  id: 'flue',
  title: 'Flue',
  scopes,
  keys: [
    'flue.*',
    'gen_ai.usage.total_tokens',
    'gen_ai.usage.cache_read_tokens',
    'gen_ai.usage.cache_write_tokens',
    'gen_ai.usage.cost_total',
  ],
  sources: {
    kind: [{ key: 'name of the span (without gen_ai.operation.name)', read: readKind, from: { scopes } }],
    usageInput: [exclusiveInput],
    cachedInput: raw('gen_ai.usage.cache_read_tokens'),
    cacheWriteInput: raw('gen_ai.usage.cache_write_tokens'),
    cost: raw('gen_ai.usage.cost_total', 'flue.usage.cost_total'),
    feature: text('flue.agent.name', 'flue.task.agent', 'flue.workflow.name'),
    input: [
      toolInput({ name: 'flue.tool.name', id: 'flue.tool.call_id', arguments: 'flue.tool.arguments' }),
      toolInput({ name: 'gen_ai.tool.name', id: 'gen_ai.tool.call.id', arguments: 'flue.tool.call.arguments' }),
      ...input('flue.turn.input', 'flue.task.prompt', 'flue.workflow.payload'),
    ],
    system: systemInRequest('flue.turn.input'),
    output: [
      toolOutput('flue.tool.result'),
      toolOutput('flue.tool.call.result'),
      ...output('flue.turn.output', 'flue.task.result', 'flue.operation.result', 'flue.workflow.result'),
    ],
    tools: toolsInRequest('flue.turn.input'),
  },
};
