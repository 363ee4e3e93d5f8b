import type { SpanKind } from '@plimsoll/contract';
import { printAttribute, readNestedJson } from '../attribute-text.js';
import {
  type ParsedMessage,
  type ParsedRequest,
  readRequest,
  readResponse,
  readToolNames,
  systemText,
} from '../messages.js';
import type { SpanFacts } from '../span-facts.js';
import type { AttributeValue } from '../signals.js';
import type { FirstToken, Source } from './dialect.js';

export function text(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key, read: (span) => span.text(key) }));
}

/** A raw value: number, text or list, as the field's normaliser wants it. */
export function raw(...keys: string[]): Source<unknown>[] {
  return keys.map((key) => ({ key, read: (span) => span.value(key) }));
}

/** Text that some clients write as JSON, in quotes. */
export function quotedText(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key, read: (span) => asText(span.json(key)) }));
}

/** A member of an attribute that holds a JSON object. */
export function member(key: string, ...path: string[]): Source<unknown> {
  return { key: `${key} .${path.join('.')}`, read: (span) => span.member(key, ...path) };
}

export function memberText(key: string, ...path: string[]): Source<string> {
  return { key: `${key} .${path.join('.')}`, read: (span) => asText(span.member(key, ...path)) };
}

export function resourceText(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key: `resource ${key}`, read: (span) => span.resourceText(key) }));
}

/** A kind spelled in an attribute, by a table whose keys are lower case. */
export function kindOf(key: string, table: Readonly<Record<string, SpanKind>>): Source<SpanKind> {
  return {
    key,
    read: (span) => {
      const value = asText(span.json(key))?.toLowerCase();
      return value !== undefined && Object.hasOwn(table, value) ? table[value] : undefined;
    },
  };
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
  return keys.map((key) => ({ key, read: (span) => some(requestIn(span, key).messages) }));
}

/** System text inside a request that also carries the messages. */
export function systemInRequest(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key, read: (span) => requestIn(span, key).system }));
}

export function system(...keys: string[]): Source<string>[] {
  return keys.map((key) => ({ key, read: (span) => systemText(span.json(key)) }));
}

export function output(...keys: string[]): Source<ParsedMessage[]>[] {
  return keys.map((key) => ({ key, read: (span) => some(readResponse(span.json(key))) }));
}

export function tools(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => ({ key, read: (span) => readToolNames(span.json(key)) }));
}

export function toolsInRequest(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => ({ key, read: (span) => requestIn(span, key).tools }));
}

/** Time to first token as an attribute; `unit` is what the client writes. */
export function ttft(key: string, unit: 's' | 'ms'): Source<FirstToken> {
  return {
    key: `${key} (${unit})`,
    read: (span) => {
      const value = asNumber(span.value(key));
      if (value === undefined) return undefined;
      return { ms: unit === 's' ? value * 1_000 : value, source: `${key} (${unit})` };
    },
  };
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
  };
}

export function toolOutput(key: string): Source<ParsedMessage[]> {
  return {
    key,
    read: (span) => {
      const result = span.text(key);
      return result === undefined ? undefined : [{ role: 'tool', text: result, toolCalls: [] }];
    },
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
  };
}

/** Metadata written as one JSON object. */
export function metadataJson(key: string): Source<Record<string, string>> {
  return {
    key,
    read: (span) => {
      const value = span.json(key);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      return Object.fromEntries(
        Object.entries(value as Record<string, AttributeValue>).map(([name, entry]) => [name, printAttribute(entry)]),
      );
    },
  };
}

/** Tags as a list, as JSON text of a list, or as `a, b`. */
export function tags(...keys: string[]): Source<string[]>[] {
  return keys.map((key) => ({ key, read: (span) => asTags(span.json(key)) }));
}

export function flag(key: string, ...path: string[]): Source<boolean> {
  return {
    key: path.length === 0 ? key : `${key} .${path.join('.')}`,
    read: (span) => {
      const value = path.length === 0 ? span.value(key) : span.member(key, ...path);
      return typeof value === 'boolean' ? value : undefined;
    },
  };
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
