import type { CanonicalSpan, ToolCall } from '@plimsoll/contract';
import { addCounts, type MaskCounts, type MaskingPolicy, maskText } from '@plimsoll/masking';
import type { LogRecordEntry } from './log-records.js';

export interface MaskedSpan {
  readonly span: CanonicalSpan;
  readonly counts: MaskCounts;
}

export interface MaskedLogRecord {
  readonly record: LogRecordEntry;
  readonly counts: MaskCounts;
}

/** Attributes that say what was called and how it went; with content dropped only these, numbers and booleans stay. */
const plainKeys =
  /^(gen_ai\.(operation\.name|system|provider\.name|request\.model|response\.(model|id|finish_reasons))|openinference\.span\.kind|langfuse\.observation\.(type|level)|ai\.(operationId|model\.(id|provider))|error\.type|service\.\w+|deployment\.[\w.]+|telemetry\.[\w.]+|plimsoll\.[\w.]+)$/;
const plainValue = /^(-?\d+(\.\d+)?|true|false)$/;

/**
 * Takes secrets and personal data out of everything of a span that a person wrote or a model answered: content, messages
 * of failures, metadata, tags and all raw attributes. What identifies (user, session, customer, feature) is left as it is:
 * figures are grouped by it. What cannot be checked is withheld.
 */
export function maskSpan(span: CanonicalSpan, policy: MaskingPolicy): MaskedSpan {
  const counts: MaskCounts = {};
  const mask = masker(policy, counts);
  const optional = (text: string | null): string | null => (text === null ? null : mask(text));
  return {
    counts,
    span: {
      ...span,
      name: policy.dropContent ? span.name : mask(span.name),
      system: optional(span.system),
      input: span.input?.map(({ role, text }) => ({ role, text: optional(text) })) ?? null,
      output: optional(span.output),
      toolCalls: span.toolCalls?.map((call) => maskToolCall(call, mask)) ?? null,
      statusMessage: optional(span.statusMessage),
      errorMessage: optional(span.errorMessage),
      tags: policy.dropContent ? span.tags : span.tags.map(mask),
      metadata: maskValues(span.metadata, policy, mask),
      attributes: maskValues(span.attributes, policy, mask),
      resource: maskValues(span.resource, policy, mask),
      events: span.events.map((event) => ({ ...event, attributes: maskValues(event.attributes, policy, mask) })),
    },
  };
}

/** The same for a log record, whose body is content. */
export function maskLogRecord(record: LogRecordEntry, policy: MaskingPolicy): MaskedLogRecord {
  const counts: MaskCounts = {};
  const mask = masker(policy, counts);
  return {
    counts,
    record: {
      ...record,
      body: maskJsonText(record.body, mask),
      attributes: maskValues(record.attributes, policy, mask),
    },
  };
}

type Mask = (text: string) => string;

function masker(policy: MaskingPolicy, counts: MaskCounts): Mask {
  return (text) => {
    const masked = maskText(text, policy);
    addCounts(counts, masked.counts);
    return masked.text;
  };
}

function maskToolCall(call: ToolCall, mask: Mask): ToolCall {
  return { ...call, arguments: maskJson(call.arguments, mask) };
}

/** End of the JSON string that begins at `start`: behind the first quote that is not escaped. */
function endOfString(json: string, start: number): number {
  let end = start + 1;
  while (end < json.length && json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
  return end + 1;
}

/**
 * The same on JSON text, without reading it into numbers: integers beyond 2^53 keep their digits. Keys stay, since they name
 * what stands behind them.
 */
function maskJsonText(json: string, mask: Mask): string {
  const parts: string[] = [];
  const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  for (let at = 0; at < json.length;) {
    number.lastIndex = at;
    const digits = number.exec(json)?.[0];
    const end = json[at] === '"' ? endOfString(json, at) : at + (digits?.length ?? 1);
    const token = json.slice(at, end);
    if (json[at] === '"' && json[end] !== ':') parts.push(JSON.stringify(mask(JSON.parse(token) as string)));
    else parts.push(digits === undefined ? token : maskDigits(token, mask));
    at = end;
  }
  return parts.join('');
}

/** A card's number may be written as a number; short ones are counts. */
function maskDigits(digits: string, mask: Mask): string {
  if (!/^-?\d{10,}$/.test(digits)) return digits;
  const masked = mask(digits);
  return masked === digits ? digits : JSON.stringify(masked);
}

/** All texts inside a JSON value; numbers too, since a card's number is one. */
function maskJson(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 1e9) {
    const masked = mask(String(value));
    return masked === String(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((entry) => maskJson(entry, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, maskJson(entry, mask)]));
}

function maskValues(values: Record<string, string>, policy: MaskingPolicy, mask: Mask): Record<string, string> {
  const masked = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(values)) {
    const kept = policy.dropContent && (plainKeys.test(key) || plainValue.test(value));
    masked[key] = kept ? value : mask(value);
  }
  return masked;
}
