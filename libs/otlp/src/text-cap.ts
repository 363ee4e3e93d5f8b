import type { CanonicalSpan, CutText } from '@plimsoll/contract';
import { z } from 'zod';
import { groupingFields } from './grouping-fields.js';
import { mapJsonTexts } from './json-texts.js';
import type { LogRecordEntry } from './log-records.js';

/** Attribute of a stored span or log record that names its texts which were cut: JSON, field to `kept` and `of` in bytes. */
export const cutKey = 'plimsoll.cut';

/** A character takes up to three bytes of UTF-8 (one of four bytes is two characters here). */
const bytesOfCharacter = 3;
/** Fields that are named; the rest is counted. */
const mostNamed = 100;
const mostOfName = 120;

/**
 * What is derived from bytes of a span may be longer than they are, since lists and numbers are printed as JSON: by no more
 * than this (a control character of one byte becomes six).
 */
export const mostExpansion = 8;

const optionalTexts = [
  'service',
  'scopeName',
  'scopeVersion',
  ...groupingFields,
  'finishReason',
  'statusMessage',
  'errorType',
  'errorMessage',
  'system',
  'output',
] as const satisfies readonly (keyof CanonicalSpan)[];

export interface Capped<T> {
  readonly value: T;
  /** Texts that were cut. */
  readonly cut: number;
}

/**
 * Cuts every text of a span that has more than `most` bytes of UTF-8, at the end of a character, and names it with the bytes
 * that it had in the attribute `plimsoll.cut`. The span itself is changed.
 */
export function capSpan(span: CanonicalSpan, most: number): Capped<CanonicalSpan> {
  const cap = new TextCap(most);
  span.name = cap.text(span.name, 'name');
  for (const field of optionalTexts) {
    const text = span[field];
    if (text !== null) span[field] = cap.text(text, field);
  }
  span.tags = cap.texts(span.tags, 'tags');
  span.tools = span.tools && cap.texts(span.tools, 'tools');
  span.metadata = cap.values(span.metadata, 'metadata');
  span.resource = cap.values(span.resource, 'resource');
  span.input =
    span.input &&
    cap.list(span.input, ({ role, text }, at) => ({
      role: cap.text(role, `input.${at}.role`),
      text: text === null ? null : cap.text(text, `input.${at}.text`),
    }));
  span.toolCalls =
    span.toolCalls &&
    cap.list(span.toolCalls, ({ id, name, arguments: given }, at) => ({
      id: id === null ? null : cap.text(id, `toolCalls.${at}.id`),
      name: cap.text(name, `toolCalls.${at}.name`),
      arguments: cap.json(given, `toolCalls.${at}.arguments`),
    }));
  span.events = cap.list(span.events, ({ name, time, attributes }, at) => ({
    name: cap.text(name, `events.${at}.name`),
    time,
    attributes: cap.values(attributes, `events.${at}`),
  }));
  span.attributes = cap.flagged(cap.values(span.attributes, 'attributes'));
  return { value: span, cut: cap.count };
}

/** The same for a log record, whose body stays JSON: the texts in it are cut. */
export function capLogRecord(record: LogRecordEntry, most: number): Capped<LogRecordEntry> {
  const cap = new TextCap(most);
  const isShort = record.body.length * bytesOfCharacter <= most;
  const value = {
    ...record,
    name: cap.text(record.name, 'name'),
    severity: cap.text(record.severity, 'severity'),
    scopeName: cap.text(record.scopeName, 'scopeName'),
    service: cap.text(record.service, 'service'),
    body: isShort ? record.body : mapJsonTexts(record.body, (text) => cap.text(text, 'body')),
  };
  value.attributes = cap.flagged(cap.values(record.attributes, 'attributes'));
  return { value, cut: cap.count };
}

class TextCap {
  count = 0;
  private readonly named: Record<string, Omit<CutText, 'field'>> = {};

  constructor(private readonly most: number) {}

  text(text: string, field: string): string {
    if (text.length * bytesOfCharacter <= this.most) return text;
    const bytes = Buffer.from(text);
    if (bytes.length <= this.most) return text;
    const kept = wholeCharacters(bytes, this.most);
    if (this.count < mostNamed) this.named[field.slice(0, mostOfName)] = { kept, of: bytes.length };
    this.count += 1;
    return bytes.toString('utf8', 0, kept);
  }

  texts(texts: string[], field: string): string[] {
    return this.list(texts, (text, at) => this.text(text, `${field}.${at}`));
  }

  /** A list of which no entry changes stays the one that it is. */
  list<T>(list: T[], each: (entry: T, at: number) => T): T[] {
    const before = this.count;
    const capped = list.map(each);
    return this.count === before ? list : capped;
  }

  /** Keys are texts as well. */
  values(values: Record<string, string>, field: string): Record<string, string> {
    const before = this.count;
    const capped = Object.create(null) as Record<string, string>;
    for (const key in values) {
      const name = `${field}.${key.slice(0, mostOfName)}`;
      capped[this.text(key, `${name} (name)`)] = this.text(values[key]!, name);
    }
    return this.count === before ? values : capped;
  }

  json(value: unknown, field: string): unknown {
    if (typeof value === 'string') return this.text(value, field);
    if (Array.isArray(value)) return this.list(value as unknown[], (entry) => this.json(entry, field));
    if (typeof value !== 'object' || value === null) return value;
    const before = this.count;
    const capped = Object.entries(value).map(([key, entry]) => [this.text(key, field), this.json(entry, field)]);
    return this.count === before ? value : Object.fromEntries(capped);
  }

  /** Attributes with the names of what was cut. */
  flagged(attributes: Record<string, string>): Record<string, string> {
    if (this.count === 0) return attributes;
    return Object.assign(Object.create(null) as Record<string, string>, attributes, {
      [cutKey]: JSON.stringify(this.named),
    });
  }
}

/** Of the first bytes, those of whole characters. */
function wholeCharacters(bytes: Buffer, most: number): number {
  let end = most;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

const named = z.record(z.string(), z.object({ kept: z.number().int(), of: z.number().int() }));

/** What a stored span or log record says of its texts that were cut. */
export function cutTexts(attributes: Readonly<Record<string, string>>): CutText[] {
  const text = attributes[cutKey];
  if (text === undefined) return [];
  try {
    return Object.entries(named.parse(JSON.parse(text))).map(([field, bytes]) => ({ field, ...bytes }));
  } catch {
    // A client may write an attribute of this name itself.
    return [];
  }
}
