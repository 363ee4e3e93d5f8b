import { callKinds, type CanonicalSpan, type SpanKind, type Usage } from '@plimsoll/contract';
import { isAbsent, printAttributes } from './attribute-text.js';
import type { FieldName, FieldValues, FirstToken } from './dialects/dialect.js';
import { dialectsSpoken, isMappedKey, sourcesOf } from './dialects/index.js';
import { asNumber } from './dialects/source.js';
import { readFailure } from './failure.js';
import { normaliseFinishReason } from './finish-reason.js';
import { type Content, heldKeys } from './held-content.js';
import { joinText, type ParsedMessage } from './messages.js';
import { normaliseProvider, providerOfModel } from './models.js';
import type { Attributes, OtlpSpan } from './signals.js';
import { SpanFacts } from './span-facts.js';
import { type NormalUsage, normaliseUsage } from './usage.js';

/** Vectors of embeddings are large and of no use here. */
const vectorKey = /^(embedding\.embeddings\.\d+\.embedding\.vector|ai\.embeddings?|embedding\.vector)$/;

export function isVectorKey(key: string): boolean {
  return vectorKey.test(key);
}

export function isCall(kind: SpanKind): boolean {
  return (callKinds as readonly SpanKind[]).includes(kind);
}

/** Any client's span as the canonical record: per field, the first dialect that says something. */
export function normaliseSpan(span: OtlpSpan): CanonicalSpan {
  return normaliseFacts(new SpanFacts(span, dialectsSpoken(span)));
}

/** The same from facts, whatever dialects they ask. */
export function normaliseFacts(facts: SpanFacts): CanonicalSpan {
  const { span } = facts;
  const models = readModels(facts);
  const kind =
    first(facts, 'kind') ?? (models.requestModel !== null || models.responseModel !== null ? 'generation' : 'span');
  const call = isCall(kind);
  const { usage, tokens, conflict } = call ? readUsage(facts) : noUsage;
  const content = readContent(facts, kind);
  const outcome = readOutcome(facts, content.output !== null || (content.toolCalls?.length ?? 0) > 0);
  const metadata = readMetadata(facts);
  const ttft = call ? readFirstToken(facts) : undefined;
  const reportedCost = call ? readCost(facts) : null;
  const conversationId = first(facts, 'conversationId') ?? null;
  const finished = span.endTime !== 0n;
  const finishReason = call ? normaliseFinishReason(mostSpecific(facts, 'finishReason')) : null;
  const held = heldKeys(facts, content, finishReason);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    kind,
    startTime: span.startTime,
    endTime: span.endTime,
    time: finished && span.endTime >= span.startTime ? span.endTime : span.startTime,
    finished,
    service: facts.resourceText('service.name') ?? null,
    scopeName: span.scope.name || null,
    scopeVersion: span.scope.version || null,
    provider: readProvider(facts, models),
    requestModel: models.requestModel,
    responseModel:
      // Embedding models answer under the name they were asked by, and few clients repeat it.
      models.responseModel ?? (kind === 'embedding' && outcome.status === 'ok' ? models.requestModel : null),
    serviceTier: first(facts, 'serviceTier') ?? null,
    feature: first(facts, 'feature') ?? metadata['feature'] ?? null,
    customer: first(facts, 'customer') ?? metadata['customer'] ?? null,
    team: first(facts, 'team') ?? metadata['team'] ?? null,
    environment: first(facts, 'environment') ?? null,
    release: first(facts, 'release') ?? null,
    promptName: first(facts, 'promptName') ?? null,
    promptVersion: first(facts, 'promptVersion') ?? null,
    userId: first(facts, 'userId') ?? null,
    sessionId: first(facts, 'sessionId') ?? conversationId,
    conversationId,
    outcomeKey: first(facts, 'outcomeKey') ?? null,
    tags: first(facts, 'tags') ?? [],
    metadata,
    tokens,
    usageConflict: conflict,
    usage,
    reportedCost,
    reportedCurrency: reportedCost === null ? null : 'USD',
    ttftMs: ttft?.ms ?? null,
    ttftSource: ttft?.source ?? null,
    stream: call ? (first(facts, 'stream') ?? (ttft === undefined ? null : true)) : null,
    finishReason,
    statusCode: span.statusCode,
    statusMessage: span.statusMessage || null,
    status: outcome.status,
    errorType: outcome.errorType,
    errorMessage: outcome.errorMessage,
    httpStatus: outcome.httpStatus,
    system: content.system,
    input: content.input,
    output: content.output,
    toolCalls: content.toolCalls,
    tools: content.tools,
    sampleP: first(facts, 'sampleP') ?? 1,
    events: readEvents(span),
    attributes: printAttributes(span.attributes, (key) => isVectorKey(key) || held.includes(key)),
    resource: readResource(span),
    unmapped: [...span.attributes.keys()].filter((key) => !isMappedKey(key)),
  };
}

/** Whether a span writes token counts, whatever its kind: wrappers repeat those of their calls. */
export function carriesUsage(span: OtlpSpan): boolean {
  return readUsage(new SpanFacts(span, dialectsSpoken(span))).tokens !== null;
}

const nothingUsed: Usage = {
  input: null,
  output: null,
  cachedInput: null,
  cacheWriteInput: null,
  reasoningOutput: null,
};
const noUsage: NormalUsage = { usage: nothingUsed, tokens: null, conflict: false };

export function first<Name extends FieldName>(facts: SpanFacts, field: Name): FieldValues[Name] | undefined {
  for (const source of sourcesOf(field, facts.spoken)) {
    const value = source.read(facts);
    if (!isAbsent(value)) return value;
  }
  return undefined;
}

/** For counts, costs and finish reasons a key of a better type wins: a list over text, a number over text. */
export function mostSpecific(facts: SpanFacts, field: 'finishReason' | 'cost' | UsageField): unknown {
  let text: unknown;
  for (const source of sourcesOf(field, facts.spoken)) {
    const value = source.read(facts);
    if (isAbsent(value)) continue;
    if (typeof value !== 'string') return value;
    text ??= value;
  }
  return text;
}

export type UsageField =
  | 'usageInput'
  | 'usageOutput'
  | 'cachedInput'
  | 'cacheWriteInput'
  | 'cacheWriteInput1h'
  | 'reasoningOutput'
  | 'audioInput'
  | 'audioOutput';

function readUsage(facts: SpanFacts): NormalUsage {
  return normaliseUsage({
    input: mostSpecific(facts, 'usageInput'),
    output: mostSpecific(facts, 'usageOutput'),
    cachedInput: mostSpecific(facts, 'cachedInput'),
    cacheWriteInput: mostSpecific(facts, 'cacheWriteInput'),
    cacheWriteInput1h: mostSpecific(facts, 'cacheWriteInput1h'),
    reasoningOutput: mostSpecific(facts, 'reasoningOutput'),
    audioInput: mostSpecific(facts, 'audioInput'),
    audioOutput: mostSpecific(facts, 'audioOutput'),
  });
}

export interface Models {
  requestModel: string | null;
  responseModel: string | null;
}

function readModels(facts: SpanFacts): Models {
  return { requestModel: first(facts, 'requestModel') ?? null, responseModel: first(facts, 'responseModel') ?? null };
}

export function readProvider(facts: SpanFacts, models: Models): string | null {
  for (const source of sourcesOf('provider', facts.spoken)) {
    const provider = normaliseProvider(source.read(facts));
    if (provider !== undefined) return provider;
  }
  return (
    providerOfModel(models.responseModel ?? undefined) ?? providerOfModel(models.requestModel ?? undefined) ?? null
  );
}

/** All dialects' metadata together; where two name the same key, the one of higher precedence stands. */
export function readMetadata(facts: SpanFacts): Record<string, string> {
  const parts = sourcesOf('metadata', facts.spoken).map((source) => source.read(facts) ?? {});
  return Object.fromEntries(parts.toReversed().flatMap((part) => Object.entries(part)));
}

/** No call costs more, in US dollars; the column holds more than this. */
const mostCost = 1e9;
/** Less than the last of the 18 decimals of a price is nothing. */
const leastCost = 1e-18;

function readCost(facts: SpanFacts): string | null {
  return costText(mostSpecific(facts, 'cost'));
}

/** A decimal string, exact as sent; negative and absurd figures are no cost. */
export function costText(given: unknown): string | null {
  const number = asNumber(given);
  if (number === undefined || number < 0 || number > mostCost) return null;
  if (number < leastCost) return '0';
  // Text of more digits than a double has is read as the double.
  return plainDecimal(typeof given === 'string' && given.trim().length <= 40 ? given.trim() : String(number));
}

/** `1.5e-7` as `0.00000015`. */
export function plainDecimal(lexeme: string): string | null {
  const match = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(lexeme);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const point = whole.length + Number(exponent);
  const digits = `${'0'.repeat(Math.max(-point + 1, 0))}${whole}${fraction}`.padEnd(point, '0');
  const split = Math.max(point, 1);
  const head = digits.slice(0, split).replace(/^0+(?=\d)/, '');
  const tail = digits.slice(split).replace(/0+$/, '');
  return tail === '' ? head : `${head}.${tail}`;
}

/** Clients' clocks differ: a first token before the start or after the end is none. */
export function readFirstToken(facts: SpanFacts): FirstToken | undefined {
  for (const source of sourcesOf('ttft', facts.spoken)) {
    const found = source.read(facts);
    if (found !== undefined && isWithin(found, facts.span.startTime, facts.span.endTime)) return found;
  }
  return undefined;
}

export function isWithin(first: FirstToken, startTime: bigint, endTime: bigint): boolean {
  return first.ms >= 0 && (endTime === 0n || first.ms <= Number(endTime - startTime) / 1e6);
}

export function readContent(facts: SpanFacts, kind: SpanKind): Content {
  const input = first(facts, 'input');
  const output = first(facts, 'output');
  const calls = kind === 'tool' ? input : output;
  return {
    system: first(facts, 'system') ?? null,
    input: input === undefined ? null : plainMessages(input),
    output: output === undefined ? null : joinText(output),
    toolCalls: calls === undefined ? null : calls.flatMap((message) => message.toolCalls),
    tools: first(facts, 'tools') ?? null,
  };
}

export function plainMessages(messages: readonly ParsedMessage[]): { role: string; text: string | null }[] {
  return messages.map(({ role, text }) => ({ role, text }));
}

export interface Outcome {
  status: 'ok' | 'error';
  errorType: string | null;
  errorMessage: string | null;
  httpStatus: number | null;
}

/** A call failed if its status, its level or its error type says so, or if it ended in an exception without output. */
export function readOutcome(facts: SpanFacts, hasOutput: boolean): Outcome {
  const { span } = facts;
  const declared = first(facts, 'failure');
  const errorType = facts.text('error.type');
  const raised = facts.event('exception') !== undefined && !hasOutput;
  if (span.statusCode !== 2 && declared === undefined && errorType === undefined && !raised) {
    return { status: 'ok', errorType: null, errorMessage: null, httpStatus: null };
  }
  const message =
    span.statusMessage ||
    (declared?.message ?? null) ||
    (facts.eventText('exception', 'exception.message') ?? facts.text('exception.message') ?? null);
  const failure = readFailure(message, carriedHttpStatus(facts, errorType));
  return {
    status: 'error',
    errorType: errorType ?? facts.eventText('exception', 'exception.type') ?? facts.text('exception.type') ?? null,
    errorMessage: failure.message,
    httpStatus: failure.httpStatus,
  };
}

function carriedHttpStatus(facts: SpanFacts, errorType: string | undefined): number | null {
  const given = asNumber(facts.value('http.response.status_code') ?? facts.value('http.status_code'));
  const status = given ?? (errorType !== undefined && /^[1-5]\d\d$/.test(errorType) ? Number(errorType) : undefined);
  return status !== undefined && Number.isInteger(status) && status >= 100 && status <= 599 ? status : null;
}

const printedResources = new WeakMap<Attributes, Record<string, string>>();

/** Spans of one export share their resource. */
function readResource(span: OtlpSpan): Record<string, string> {
  let printed = printedResources.get(span.resource);
  if (printed === undefined) {
    printed = printAttributes(span.resource);
    printedResources.set(span.resource, printed);
  }
  return printed;
}

function readEvents(span: OtlpSpan): CanonicalSpan['events'] {
  return span.events.map((event) => ({
    name: event.name,
    time: event.time.toString(),
    attributes: printAttributes(event.attributes),
  }));
}
