import { isAbsent } from '../attribute-text.js';
import { withoutDate } from '../models.js';
import { memberOf } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect, Source } from './dialect.js';
import {
  asNumber,
  asText,
  flag,
  input,
  kindOf,
  member,
  memberText,
  metadataUnder,
  output,
  sumOfCosts,
  systemInRequest,
  tags,
  text,
  toolsInRequest,
} from './source.js';

const usageKey = 'langfuse.observation.usage_details';
const modelKey = 'langfuse.observation.model.name';
const costKey = 'langfuse.observation.cost_details';
const startKey = 'langfuse.observation.completion_start_time';

/** Anthropic's counts under their own names: Langfuse prices them beside the input, not as a part of it. */
const besideInput: readonly string[] = ['cache_read_input_tokens', 'cache_creation_input_tokens'];

/** Langfuse's own buckets are exclusive: the inclusive figure is the sum of `name` and every `name_*` bucket. */
function inclusive(name: 'input' | 'output'): Source<unknown> {
  const beside = name === 'input' ? besideInput : [];
  return {
    key: [`${usageKey} .${name}`, `.${name}_*`, ...beside.map((key) => `.${key}`)].join(' + '),
    read: (span) => {
      const details = span.json(usageKey);
      if (typeof details !== 'object' || details === null) return undefined;
      const parts = Object.entries(details).filter(
        ([key]) =>
          ((key === name || key.startsWith(`${name}_`)) && !key.endsWith('_prediction_tokens')) || beside.includes(key),
      );
      if (parts.every(([key]) => beside.includes(key))) return undefined;
      const counts = parts.flatMap(([, value]) => asNumber(value) ?? []);
      return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
    },
    from: { oneOf: [usageKey] },
  };
}

function bucket(...names: string[]): Source<unknown> {
  return {
    key: `${usageKey} .${names.join(' | .')}`,
    read: (span) => {
      const details = span.json(usageKey);
      for (const name of names) {
        const value = memberOf(details, name);
        if (value !== undefined && value !== null) return value;
      }
      return undefined;
    },
    from: { oneOf: [usageKey] },
  };
}

/** Buckets added up: each token is in one of them. */
function sumOf(...names: string[]): Source<unknown> {
  return {
    key: `${usageKey} .${names.join(' + .')}`,
    read: (span) => {
      const details = span.json(usageKey);
      const counts = names.flatMap((name) => asNumber(memberOf(details, name)) ?? []);
      return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
    },
    from: { oneOf: [usageKey] },
  };
}

/** Some clients repeat the provider's usage as it is, with its details as objects inside. */
function inside(name: string, ...objects: string[]): Source<unknown>[] {
  return objects.map((object) => member(usageKey, object, name));
}

const hourWrites = ['input_cache_creation_1h', 'input_ephemeral_1h_input_tokens'];
const allWrites = [
  'input_cache_creation',
  'input_cache_creation_tokens',
  'cache_creation_input_tokens',
  'input_cache_creation_5m',
  'input_ephemeral_5m_input_tokens',
  ...hourWrites,
];

/** The key holds what was asked for until the answer overwrites it; only answers name a dated model. */
function dated(name: string | undefined): string | undefined {
  return name !== undefined && withoutDate(name) !== name ? name : undefined;
}

export const langfuse: Dialect = {
  id: 'langfuse',
  title: 'Langfuse',
  scopes: ['langfuse-sdk'],
  keys: ['langfuse.*'],
  sources: {
    kind: [
      kindOf('langfuse.observation.type', {
        generation: 'generation',
        embedding: 'embedding',
        tool: 'tool',
        agent: 'agent',
        chain: 'chain',
        retriever: 'retriever',
        evaluator: 'evaluator',
        guardrail: 'guardrail',
        event: 'event',
        span: 'span',
      }),
    ],
    requestModel: [
      {
        key: modelKey,
        read: (span) => withoutDate(span.text(modelKey)),
        from: { attribute: modelKey, of: (value) => withoutDate(asText(value)) },
      },
    ],
    responseModel: [
      {
        key: `${modelKey} (dated)`,
        read: (span) => dated(span.text(modelKey)),
        from: { attribute: modelKey, of: (value) => dated(asText(value)) },
      },
    ],
    usageInput: [inclusive('input'), bucket('prompt_tokens', 'input_tokens')],
    usageOutput: [inclusive('output'), bucket('completion_tokens', 'output_tokens')],
    cachedInput: [
      bucket('input_cached_tokens', 'input_cache_read', 'input_cached', 'cache_read_input_tokens'),
      ...inside('cached_tokens', 'prompt_tokens_details', 'input_tokens_details'),
    ],
    cacheWriteInput: [sumOf(...allWrites)],
    cacheWriteInput1h: [sumOf(...hourWrites)],
    reasoningOutput: [
      bucket('output_reasoning_tokens', 'output_reasoning'),
      ...inside('reasoning_tokens', 'completion_tokens_details', 'output_tokens_details'),
    ],
    audioInput: [
      bucket('input_audio_tokens', 'input_audio'),
      ...inside('audio_tokens', 'prompt_tokens_details', 'input_tokens_details'),
    ],
    audioOutput: [
      bucket('output_audio_tokens', 'output_audio'),
      ...inside('audio_tokens', 'completion_tokens_details', 'output_tokens_details'),
    ],
    cost: [{ key: costKey, read: readCost, from: { oneOf: [costKey] } }],
    ttft: [{ key: startKey, read: readTtft, from: { oneOf: [startKey] } }],
    stream: [flag('langfuse.observation.model.parameters', 'stream')],
    promptName: text('langfuse.observation.prompt.name', 'langfuse.prompt.name'),
    promptVersion: text('langfuse.observation.prompt.version', 'langfuse.prompt.version'),
    userId: [...text('langfuse.user.id'), memberText('langfuse.observation.model.parameters', 'user')],
    sessionId: text('langfuse.session.id'),
    tags: tags('langfuse.trace.tags'),
    metadata: [metadataUnder('langfuse.trace.metadata.'), metadataUnder('langfuse.observation.metadata.')],
    // Who calls something `feature` means it; a trace has a name in any case.
    feature: text('langfuse.trace.metadata.feature', 'langfuse.observation.metadata.feature', 'langfuse.trace.name'),
    environment: text('langfuse.environment'),
    release: text('langfuse.release'),
    failure: [
      {
        key: 'langfuse.observation.level = ERROR',
        read: (span) =>
          span.text('langfuse.observation.level') === 'ERROR'
            ? { message: span.text('langfuse.observation.status_message') ?? null }
            : undefined,
        from: { oneOf: ['langfuse.observation.level'] },
      },
    ],
    input: input('langfuse.observation.input', 'langfuse.trace.input'),
    system: systemInRequest('langfuse.observation.input'),
    output: output('langfuse.observation.output', 'langfuse.trace.output'),
    tools: toolsInRequest('langfuse.observation.input'),
  },
};

/** On a failed call the SDK writes zeros for want of figures: that is no statement of a cost. */
function readCost(span: SpanFacts): unknown {
  const details = span.json(costKey);
  if (typeof details !== 'object' || details === null) return undefined;
  const costs = Object.entries(details).flatMap(([key, value]) => {
    const cost = asNumber(value);
    return cost === undefined ? [] : [[key, cost] as const];
  });
  const failed = span.text('langfuse.observation.level') === 'ERROR';
  if (costs.length === 0 || (failed && costs.every(([, cost]) => cost === 0))) return undefined;
  const total = costs.find(([key]) => key === 'total');
  return total?.[1] ?? sumOfCosts(costs.map(([, cost]) => cost));
}

/** ISO text, which some versions quote as JSON. */
function readTtft(span: SpanFacts): { ms: number; source: string } | undefined {
  const at = span.json(startKey);
  const milliseconds = typeof at === 'string' && !isAbsent(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return { ms: Number(BigInt(milliseconds) * 1_000_000n - span.span.startTime) / 1e6, source: startKey };
}
