import type { CanonicalSpan } from '@plimsoll/contract';
import { groupingFields } from './grouping-fields.js';
import { isCall, normaliseSpan } from './normalise.js';
import type { Attributes, AttributeValue, OtlpSpan } from './signals.js';
import { cutKey } from './text-cap.js';

/** What of a stored span is as it came over the wire: attribute values as text, see `printAttribute`. */
export type StoredWire = Pick<
  CanonicalSpan,
  | 'traceId'
  | 'spanId'
  | 'parentSpanId'
  | 'name'
  | 'startTime'
  | 'endTime'
  | 'scopeName'
  | 'scopeVersion'
  | 'statusCode'
  | 'statusMessage'
  | 'events'
  | 'attributes'
  | 'resource'
>;

/** Fields that keep what is stored where mapping finds nothing: the store may know more than its attributes still say. */
const kept = [
  ...groupingFields,
  'tags',
  'metadata',
  'system',
  'input',
  'output',
  'toolCalls',
  'tools',
] as const satisfies readonly (keyof CanonicalSpan)[];

/** The same, of calls alone: what is no call any more loses them, since only calls count usage and cost. */
const keptOfCalls = [
  'tokens',
  'reportedCost',
  'reportedCurrency',
  'ttftMs',
  'ttftSource',
  'stream',
  'finishReason',
] as const satisfies readonly (keyof CanonicalSpan)[];

/** Fields that mapping alone decides. */
const decided = [
  'kind',
  'status',
  'errorType',
  'errorMessage',
  'httpStatus',
  'usage',
  'usageConflict',
] as const satisfies readonly (keyof CanonicalSpan)[];

/** Everything that mapping a stored span again may change. */
export const remappedFields = [...decided, ...kept, ...keptOfCalls] as const;
export type RemappedField = (typeof remappedFields)[number];

/**
 * A stored span, mapped again by the dialects of today. What came over the wire stays byte by byte, and what is known is
 * not lost: where no dialect finds a field now, the stored one stands. `masked` says that the span was masked when it was
 * stored: then attributes and fields need not agree any more, and only what is missing is filled. So it is where texts were
 * cut: messages in an attribute that was cut are no JSON any more.
 */
export function remapSpan(stored: CanonicalSpan, masked = false): CanonicalSpan {
  const isPartial = masked || cutKey in stored.attributes;
  const mapped = normaliseSpan(restoreSpan(stored));
  const merged: CanonicalSpan = { ...stored, unmapped: mapped.unmapped };
  for (const field of decided) copyField(merged, mapped, field);
  for (const field of kept) {
    const stands = (isNothing(mapped[field]) || isPartial) && !isNothing(stored[field]);
    if (!stands && mapped[field] !== null) copyField(merged, mapped, field);
  }
  const keepsCall = isCall(mapped.kind);
  for (const field of keptOfCalls) if (!keepsCall || !isNothing(mapped[field])) copyField(merged, mapped, field);
  if (keepsCall && mapped.tokens === null) {
    merged.usage = stored.usage;
    merged.usageConflict = stored.usageConflict;
  }
  return merged;
}

/** The fields in which two mappings of one span differ. */
export function changedFields(before: CanonicalSpan, after: CanonicalSpan): RemappedField[] {
  return remappedFields.filter((field) => printed(before[field]) !== printed(after[field]));
}

function copyField<Field extends keyof CanonicalSpan>(into: CanonicalSpan, from: CanonicalSpan, field: Field): void {
  into[field] = from[field];
}

function isNothing(value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** One text for equal values: members in the order of their names. */
function printed(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function restoreSpan(stored: StoredWire): OtlpSpan {
  return {
    traceId: stored.traceId,
    spanId: stored.spanId,
    parentSpanId: stored.parentSpanId,
    name: stored.name,
    startTime: stored.startTime,
    endTime: stored.endTime,
    attributes: restoreAttributes(stored.attributes),
    events: stored.events.map(({ name, time, attributes }) => ({
      name,
      time: BigInt(time),
      attributes: restoreAttributes(attributes),
    })),
    statusCode: stored.statusCode,
    statusMessage: stored.statusMessage ?? '',
    resource: restoreAttributes(stored.resource),
    scope: { name: stored.scopeName ?? '', version: stored.scopeVersion ?? '' },
  };
}

function restoreAttributes(printedAttributes: Readonly<Record<string, string>>): Attributes {
  return new Map(Object.entries(printedAttributes).map(([key, text]) => [key, restoreValue(text)]));
}

/**
 * The value that was stored as this text. Numbers, booleans and lists of plain values come back as what they were; text
 * that only looks like one does too, which changes nothing that dialects read. Objects stay text: they read both alike.
 */
function restoreValue(text: string): AttributeValue {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d/.test(text)) {
    const number = Number(text);
    return String(number) === text ? number : text;
  }
  if (!text.startsWith('[')) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every(isPlain) ? list : text;
  } catch {
    return text;
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
