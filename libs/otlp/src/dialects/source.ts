import type { SpanKind } from '@plimsoll/contract';
import { printAttribute, readJson, readNestedJson } from '../attribute-text.js';
import {
  type ParsedMessage,
  type ParsedRequest,
  readRequest,
  readResponse,
  readToolNames,
  systemText,
} from '../messages.js';
import { memberAt } from '../attribute-text.js';
import type { SpanFacts } from '../span-facts.js';
import type { AttributeValue } from '../signals.js';
import type { FirstToken, Source } from './dialect.js';

export function text(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key, read: (span) => span.text(key), from: { attribute: key, as: 'text' } }));
}

/** A raw value: number, text or list, as the field's normaliser wants it. */
export function raw(...keys: string[]): Source<unknown>[] {
  return keys.map((key) => ({ key, read: (span) => span.value(key), from: { attribute: key, as: 'raw' } }));
}

/** Text that some clients write as JSON, in quotes. */
export function quotedText(...keys: string[]): Source<string>[] {
  return keys.map((key) => json(key, asText));
}

/** What `of` makes of one attribute whose text may be JSON. */
export function json<Value>(
  attribute: string,
  of: (json: unknown) => Value | undefined,
  key = attribute,
): Source<Value> {
  return {
    key,
    read: (span) => of(span.json(attribute)),
    from: { attribute, of: (value) => of(readJson(value)) },
  };
}

/** A member of an attribute that holds a JSON object. */
export function member(key: string, ...path: string[]): Source<unknown> {
  return json(key, (value) => memberAt(value, path), `${key} .${path.join('.')}`);
}

export function memberText(key: string, ...path: string[]): Source<string> {
  return json(key, (value) => asText(memberAt(value, path)), `${key} .${path.join('.')}`);
}

export function resourceText(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({
    key: `resource ${key}`,
    read: (span) => span.resourceText(key),
    from: { resource: key },
  }));
}

/** A kind spelled in an attribute, by a table whose keys are lower case. */
export function kindOf(key: string, table: Readonly<Record<string, SpanKind>>): Source<SpanKind> {
  return json(key, (given) => {
    const value = asText(given)?.toLowerCase();
    return value !== undefined && Object.hasOwn(table, value) ? table[value] : undefined;
  });
}

/** Input, system text and tools are often read from one request: it is taken apart once. */
function requestIn(span: SpanFacts, key: string): ParsedRequest {
  let request = span.requests.get(key);
  if (request === undefined) {
    request = readRequest(span.json(key));
    span.requests.set(key, request);
  }
  return request;
}

export function input(...keys: string[]): Source<ParsedMessage[]>[] {
  return keys.map((key) => ({
    key,
    read: (span) => some(requestIn(span, key).messages),
    from: { attribute: key, messages: 'request' },
  }));
}

/** System text inside a request that also carries the messages. */
export function systemInRequest(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({
    key,
    read: (span) => requestIn(span, key).system,
    from: { attribute: key, messages: 'system' },
  }));
}

export function system(...keys: string[]): Source<string>[] {
  return keys.map((key) => json(key, systemText));
}

export function output(...keys: string[]): Source<ParsedMessage[]>[] {
  return keys.map((key) => ({
    key,
    read: (span) => some(readResponse(span.json(key))),
    from: { attribute: key, messages: 'answer' },
  }));
}

export function tools(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => json(key, readToolNames));
}

export function toolsInRequest(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => ({ key, read: (span) => requestIn(span, key).tools, from: { oneOf: [key] } }));
}

/** Time to first token as an attribute; `unit` is what the client writes. */
export function ttft(key: string, unit: 's' | 'ms'): Source<FirstToken> {
  const source = `${key} (${unit})`;
  const of = (value: AttributeValue | undefined): FirstToken | undefined => {
    const given = asNumber(value);
    return given === undefined ? undefined : { ms: unit === 's' ? given * 1_000 : given, source };
  };
  return { key: source, read: (span) => of(span.value(key)), from: { attribute: key, of } };
}

/** Time to first token as the time of a span event. */
export function ttftEvent(name: string): Source<FirstToken> {
  return {
    key: `event ${name}`,
    read: (span) => {
      const event = span.event(name);
      if (event === undefined || event.time === 0n) return undefined;
      return { ms: Number(event.time - span.span.startTime) / 1e6, source: `event ${name}` };
    },
    from: { oneOf: [] },
  };
}

/** A tool span: the call it answers, as input and as tool call, and its result as output. */
export function toolInput(keys: { name: string; id?: string; arguments: string }): Source<ParsedMessage[]> {
  return {
    key: keys.arguments,
    read: (span) => {
      const name = span.text(keys.name);
      const given = span.text(keys.arguments);
      if (name === undefined || given === undefined) return undefined;
      const id = keys.id === undefined ? null : (span.text(keys.id) ?? null);
      return [{ role: 'tool', text: given, toolCalls: [{ id, name, arguments: readNestedJson(given) }] }];
    },
    from: { oneOf: [keys.arguments] },
  };
}

export function toolOutput(key: string): Source<ParsedMessage[]> {
  return {
    key,
    read: (span) => {
      const result = span.text(key);
      return result === undefined ? undefined : [{ role: 'tool', text: result, toolCalls: [] }];
    },
    from: { oneOf: [key] },
  };
}

/** Attributes under a prefix as a string map, without those that are fields of their own. */
export function metadataUnder(prefix: string, without: readonly string[] = []): Source<Record<string, string>> {
  return {
    key: `${prefix}*`,
    read: (span) => {
      const found = [...span.under(prefix)].filter(([key]) => !without.includes(key));
      if (found.length === 0) return undefined;
      return Object.fromEntries(found.map(([key, value]) => [key, printAttribute(value)]));
    },
    from: { oneOf: [`${prefix}*`] },
  };
}

/** Metadata written as one JSON object. */
export function metadataJson(key: string): Source<Record<string, string>> {
  return json(key, (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(
      Object.entries(value as Record<string, AttributeValue>).map(([name, entry]) => [name, printAttribute(entry)]),
    );
  });
}

/** Tags as a list, as JSON text of a list, or as `a, b`. */
export function tags(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => json(key, asTags));
}

export function flag(key: string, ...path: string[]): Source<boolean> {
  const of = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
  if (path.length > 0) return json(key, (value) => of(memberAt(value, path)), `${key} .${path.join('.')}`);
  return { key, read: (span) => of(span.value(key)), from: { attribute: key, of } };
}

export function some<Item>(list: Item[] | undefined): Item[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

export function asText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return printAttribute(value as AttributeValue);
}

export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'bigint') return Number(number);
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Figures of money added up: a double tells 15 digits, and 0.1 + 0.2 is 0.3. Undefined where there is none. */
export function sumOfCosts(parts: readonly unknown[]): number | undefined {
  const figures = parts.flatMap((part) => asNumber(part) ?? []);
  return figures.length === 0 ? undefined : Number(figures.reduce((sum, figure) => sum + figure, 0).toPrecision(15));
}

function asTags(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return some(value.flatMap((entry) => asText(entry) ?? []));
  if (typeof value !== 'string') return undefined;
  return some(
    value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );
}
