import { readNestedJson } from './attribute-text.js';

const reasons: Record<string, string> = {
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  tool_calls: 'tool_calls',
  tool_call: 'tool_calls',
  tool_use: 'tool_calls',
  tooluse: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  safety: 'content_filter',
  error: 'error',
};

/** States of a response, which some clients write here: they do not say why the model stopped. */
const states = new Set(['completed', 'in_progress', 'queued']);

/** One reason out of a list, text, JSON text or `a, b`; our five words, else as given. Null: none. */
export function normaliseFinishReason(given: unknown): string | null {
  const value = readNestedJson(given);
  const first: unknown = Array.isArray(value) ? value[0] : typeof value === 'string' ? value.split(',')[0] : undefined;
  if (typeof first !== 'string' || first.trim() === '') return null;
  const word = first.trim().toLowerCase().replaceAll('-', '_');
  if (states.has(word)) return null;
  return Object.hasOwn(reasons, word) ? reasons[word]! : first.trim();
}
