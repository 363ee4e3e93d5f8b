import type { Span } from '@plimsoll/contract';
import { formatLatency } from '../design/format.js';

/** What the model was asked with, as the client names it: from the first of these that says something. */
const places: readonly { readonly prefix?: string; readonly json?: string; readonly member?: string }[] = [
  { prefix: 'gen_ai.request.' },
  { prefix: 'ai.settings.' },
  { json: 'llm.invocation_parameters' },
  { json: 'langfuse.observation.model.parameters' },
  { json: 'langsmith.metadata.ls_invocation_params' },
  { json: 'genkit:input', member: 'config' },
];
/** Fields of their own on the page, or whole messages. */
const shownElsewhere = new Set(['model', 'user', 'messages', 'input', 'prompt', 'tools', 'metadata']);
/** Longer ones (schemas) are among the attributes. */
const longest = 60;

/** `temperature 0.2, max_tokens 256`; null where the client says nothing. */
export function parameterWords(attributes: Span['attributes']): string | null {
  for (const place of places) {
    const words = parametersIn(attributes, place)
      .filter(([name, value]) => !shownElsewhere.has(name) && value !== '' && value.length <= longest)
      .map(([name, value]) => `${name} ${value}`);
    if (words.length > 0) return words.join(', ');
  }
  return null;
}

function parametersIn(
  attributes: Span['attributes'],
  { prefix, json, member }: (typeof places)[number],
): [name: string, value: string][] {
  if (prefix !== undefined) {
    return Object.entries(attributes).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    );
  }
  const given = objectIn(attributes[json ?? '']);
  const parameters = member === undefined ? given : objectIn(given[member]);
  return Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, `${value}`]] : [],
  );
}

/** An object, or the text of one; empty for anything else. */
function objectIn(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  if (typeof value !== 'string' || !value.startsWith('{')) return {};
  try {
    return objectIn(JSON.parse(value));
  } catch {
    return {};
  }
}

/** The time to the first token; OpenLIT counts it from the answer's first byte, which says nothing of what a user waited. */
export function firstTokenWords({ ttftMs, ttftSource }: Pick<Span, 'ttftMs' | 'ttftSource'>): string | null {
  if (ttftMs === null) return null;
  const isFromFirstByte = ttftSource?.startsWith('gen_ai.server.time_to_first_token') ?? false;
  return isFromFirstByte ? `${formatLatency(ttftMs)} from the first byte, as OpenLIT counts` : formatLatency(ttftMs);
}
