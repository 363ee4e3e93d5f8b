import { message, toolCall } from '@plimsoll/contract';
import { composeContent, type StoredLogRecord } from '@plimsoll/otlp';
import type { ScoringSubject } from '@plimsoll/scoring';
import { z } from 'zod';
import type { LogRow } from '../traces/spans.queries.js';
import type { ContentRow } from './scoring.queries.js';

const messages = z.array(message);
const calls = z.array(toolCall);

const parsed = <T extends z.ZodType>(text: string, schema: T): z.output<T> | null =>
  text === '' ? null : schema.parse(JSON.parse(text));

const record = (row: LogRow): StoredLogRecord => ({
  name: row.name,
  scopeName: row.scope_name,
  timeNs: BigInt(row.time_ns),
  body: row.body,
  attributes: row.attributes,
});

function argumentsOf(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return given;
  }
}

/** What the user said last; all messages when no role is `user`. */
function questionOf(input: z.output<typeof messages> | null): string {
  const asked = (input ?? []).filter(({ role }) => role === 'user');
  const last = asked.at(-1);
  if (last !== undefined) return last.text ?? '';
  return (input ?? []).map(({ text }) => text ?? '').join('\n\n');
}

/** A call as scorers read it, its log records joined in; null when nobody sent an answer of it. */
export function subjectOf(
  row: ContentRow,
  logs: readonly LogRow[],
  passages: readonly string[],
): ScoringSubject | null {
  const own = {
    system: row.system === '' ? null : row.system,
    input: parsed(row.input, messages),
    output: row.has_output === 1 ? row.output : null,
    toolCalls: parsed(row.tool_calls, calls),
    tools: [...row.tools],
    finishReason: row.finish_reason === '' ? null : row.finish_reason,
  };
  const { content } = composeContent(own, logs.map(record));
  const toolCalls = content.toolCalls ?? [];
  if (content.output === null && toolCalls.length === 0) return null;
  return {
    input: questionOf(content.input),
    system: content.system,
    output: content.output ?? '',
    context: passages,
    expected: row.expected === '' ? null : row.expected,
    finishReason: content.finishReason,
    status: row.status,
    toolCalls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: argumentsOf(given) })),
    tools: (content.tools ?? []).map((name) => ({ name })),
  };
}
