import { readNestedJson } from './attribute-text.js';
import { type ParsedMessage, readMessages, roleOfEvent } from './messages.js';
import { memberOf } from './attribute-text.js';

/**
 * The message in one OTel message event: `{content, tool_calls}` or, for `gen_ai.choice`, `{index, finish_reason, message}`.
 * The payload is the body of a log record or the attributes of a span event; texts in it may hold JSON.
 */
export function messageOfEvent(name: string, payload: unknown): ParsedMessage[] {
  const role = roleOfEvent(name);
  if (role === undefined) return [];
  const value = readNestedJson(payload);
  const inner = readNestedJson(memberOf(value, 'message')) ?? value;
  if (typeof inner === 'string') return [{ role, text: inner, toolCalls: [] }];
  if (typeof inner !== 'object' || inner === null) return [];
  const calls = readNestedJson(memberOf(inner, 'tool_calls'));
  const content = memberOf(inner, 'content');
  return readMessages({ role, content, tool_calls: calls }, role);
}

/** The finish reason in the payload of a `gen_ai.choice`. */
export function finishReasonOfEvent(payload: unknown): unknown {
  const value = readNestedJson(payload);
  return memberOf(value, 'finish_reason') ?? memberOf(value, 'gen_ai.response.finish_reason');
}
