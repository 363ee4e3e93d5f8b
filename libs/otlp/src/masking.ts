import type { CanonicalSpan, ToolCall } from '@plimsoll/contract';
import { addCounts, type MaskCounts, type Masked, type MaskingPolicy, maskName, maskText } from '@plimsoll/masking';
import { groupingFields } from './grouping-fields.js';
import { mapJsonTexts } from './json-texts.js';
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

/** Fields by which figures are grouped and things are found: what is secret in them becomes a pseudonym. */
const nameFields = [
  'service',
  'scopeName',
  'scopeVersion',
  ...groupingFields,
  'reportedCurrency',
  'ttftSource',
  'finishReason',
  'errorType',
] as const satisfies readonly (keyof CanonicalSpan)[];

/**
 * Takes secrets and personal data out of everything of a span that a client wrote. Content, messages of failures, metadata
 * and raw attributes lose them; names (users, sessions, dimensions, attribute keys) get a pseudonym in their place, since
 * figures are grouped by these. What cannot be checked is withheld.
 */
export function maskSpan(span: CanonicalSpan, policy: MaskingPolicy): MaskedSpan {
  const counts: MaskCounts = {};
  const masks = masksOf(policy, counts);
  const { text, name } = masks;
  const optional = (value: string | null): string | null => (value === null ? null : text(value));
  const names = Object.fromEntries(
    nameFields.map((field) => [field, span[field] === null ? null : name(span[field])]),
  ) as Pick<CanonicalSpan, (typeof nameFields)[number]>;
  return {
    counts,
    span: {
      ...span,
      ...names,
      name: name(span.name),
      system: optional(span.system),
      input: span.input?.map((message) => ({ role: name(message.role), text: optional(message.text) })) ?? null,
      output: optional(span.output),
      toolCalls: span.toolCalls?.map((call) => maskToolCall(call, masks)) ?? null,
      tools: span.tools?.map(name) ?? null,
      statusMessage: optional(span.statusMessage),
      errorMessage: optional(span.errorMessage),
      tags: span.tags.map(name),
      metadata: maskValues(span.metadata, policy, masks),
      attributes: maskValues(span.attributes, policy, withIdentities(span, masks)),
      resource: maskValues(span.resource, policy, withIdentities(span, masks)),
      events: span.events.map((event) => ({
        ...event,
        name: name(event.name),
        attributes: maskValues(event.attributes, policy, masks),
      })),
      unmapped: span.unmapped.map(name),
    },
  };
}

/** A raw attribute that a name was read from gets the name's pseudonym: mapped anew, the span stays in its groups. */
function withIdentities(span: CanonicalSpan, masks: Masks): Masks {
  const identities = new Set<string | null>(nameFields.map((field) => span[field]));
  return { ...masks, text: (text) => (identities.has(text) ? masks.name(text) : masks.text(text)) };
}

/** The same for a log record, whose body is content. */
export function maskLogRecord(record: LogRecordEntry, policy: MaskingPolicy): MaskedLogRecord {
  const counts: MaskCounts = {};
  const masks = masksOf(policy, counts);
  const { name } = masks;
  return {
    counts,
    record: {
      ...record,
      name: name(record.name),
      severity: name(record.severity),
      scopeName: name(record.scopeName),
      service: name(record.service),
      body: mapJsonTexts(record.body, masks.text, name, (digits) => maskDigits(digits, masks)),
      attributes: maskValues(record.attributes, policy, masks),
    },
  };
}

interface Masks {
  /** For content: may drop it. */
  readonly text: (text: string) => string;
  readonly name: (name: string) => string;
}

function masksOf(policy: MaskingPolicy, counts: MaskCounts): Masks {
  const counted = (masked: Masked): string => {
    addCounts(counts, masked.counts);
    return masked.text;
  };
  return { text: (text) => counted(maskText(text, policy)), name: (name) => counted(maskName(name, policy)) };
}

function maskToolCall({ id, name, arguments: given }: ToolCall, masks: Masks): ToolCall {
  return { id: id === null ? null : masks.name(id), name: masks.name(name), arguments: maskJson(given, masks) };
}

/** A card's number may be written as a number; short ones are counts. */
function maskDigits(digits: string, { text }: Masks): string {
  if (!/^-?\d{10,}$/.test(digits)) return digits;
  const masked = text(digits);
  return masked === digits ? digits : JSON.stringify(masked);
}

/** All texts inside a JSON value; numbers too, since a card's number is one. Keys are names. */
function maskJson(value: unknown, masks: Masks): unknown {
  if (typeof value === 'string') return masks.text(value);
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 1e9) {
    const masked = masks.text(String(value));
    return masked === String(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((entry) => maskJson(entry, masks));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [masks.name(key), maskJson(entry, masks)]));
}

function maskValues(values: Record<string, string>, policy: MaskingPolicy, masks: Masks): Record<string, string> {
  const masked = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(values)) {
    const isPlain = policy.dropContent && (plainKeys.test(key) || plainValue.test(value));
    masked[masks.name(key)] = isPlain ? masks.name(value) : masks.text(value);
  }
  return masked;
}
