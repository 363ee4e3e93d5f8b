import { message, spanKind, toolCall, usage, type CanonicalSpan } from '@plimsoll/contract';
import { z } from 'zod';
import { decodeLogs, decodeMetrics, decodeTraces, detectBody } from './body.js';
import { readFailure } from './failure.js';
import { composeContent, type LogRecordEntry, type SpanContent, storeLogRecord } from './log-records.js';
import { carriesUsage, isCall, normaliseSpan } from './normalise.js';
import { type OtlpLogRecord, type OtlpSpan, type Rejection, rejectReasons } from './signals.js';

export const evalOtlpInput = z.array(
  z.object({ signal: z.enum(['traces', 'logs', 'metrics']), bytes: z.instanceof(Uint8Array) }),
);
export type EvalOtlpInput = z.infer<typeof evalOtlpInput>;

const evalCall = z.object({
  spanId: z.string(),
  traceId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: spanKind,
  provider: z.string().nullable(),
  requestModel: z.string().nullable(),
  responseModel: z.string().nullable(),
  /** Inclusive: input contains cached and written tokens, output contains reasoning. */
  usage,
  finishReason: z.string().nullable(),
  system: z.string().nullable(),
  input: z.array(message).nullable(),
  output: z.string().nullable(),
  toolCalls: z.array(toolCall),
  tools: z.array(z.string()).nullable(),
  stream: z.boolean().nullable(),
  ttftMs: z.number().nullable(),
  ttftSource: z.string().nullable(),
  latencyMs: z.number().nullable(),
  status: z.enum(['ok', 'error']),
  spanStatusCode: z.number().int(),
  httpStatus: z.number().int().nullable(),
  error: z
    .object({
      type: z.string().nullable(),
      exceptionType: z.string().nullable(),
      httpStatus: z.number().int().nullable(),
      code: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
  conversationId: z.string().nullable(),
  tags: z.array(z.string()).nullable(),
  prompt: z.object({ name: z.string().optional(), version: z.union([z.string(), z.number()]).optional() }).nullable(),
  promptName: z.string().nullable(),
  promptVersion: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  team: z.string().nullable(),
  environment: z.string().nullable(),
  release: z.string().nullable(),
  /** What the client reports, as a decimal string. */
  cost: z.string().nullable(),
  requestOrder: z.number().int(),
  attributes: z.record(z.string(), z.string()),
});

const evalOtherSpan = z.object({
  spanId: z.string(),
  traceId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: spanKind,
  carriesUsageThatMustNotBeCounted: z.boolean(),
  status: z.enum(['ok', 'error']),
  latencyMs: z.number().nullable(),
  input: z.array(message).nullable(),
  output: z.string().nullable(),
  toolCalls: z.array(toolCall),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
  conversationId: z.string().nullable(),
  feature: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
});

export const evalOtlpResult = z.object({
  calls: z.array(evalCall),
  otherSpans: z.array(evalOtherSpan),
  totals: z.object({
    generations: z.number().int(),
    embeddings: z.number().int(),
    input: z.number().int(),
    output: z.number().int(),
    cachedInput: z.number().int(),
    reasoningOutput: z.number().int(),
    errors: z.number().int(),
  }),
  spanCount: z.number().int(),
  duplicateSpans: z.number().int(),
  logRecords: z.number().int(),
  metricDataPoints: z.number().int(),
  traceIds: z.array(z.string()),
  service: z.string().nullable(),
  spans: z.array(
    z.object({
      spanId: z.string(),
      parentSpanId: z.string().nullable(),
      name: z.string(),
      durationNs: z.string(),
      startTimeUnixNano: z.string(),
      statusCode: z.number().int(),
      statusMessage: z.string(),
    }),
  ),
  rejected: z.array(z.object({ spanId: z.string(), reason: z.enum(rejectReasons) })),
  /** Attribute keys that no dialect explains, with the number of spans that carry them. */
  unmappedAttributes: z.record(z.string(), z.number().int()),
});
export type EvalOtlpResult = z.infer<typeof evalOtlpResult>;
type EvalCall = EvalOtlpResult['calls'][number];
type EvalOtherSpan = EvalOtlpResult['otherSpans'][number];

interface Scenario {
  spans: OtlpSpan[];
  records: OtlpLogRecord[];
  rejected: Rejection[];
  dataPoints: number;
}

/**
 * All bodies as one scenario: what `plimsoll eval otlp` prints and what the store would show. Logs are joined to their
 * spans in either order, re-sent spans collapse by (time, trace, span), and only calls count usage.
 */
export function evaluateOtlp(files: EvalOtlpInput): EvalOtlpResult {
  const scenario = decodeFiles(files);
  const sent = collapse(scenario.spans);
  const entries = sent.map((span) => ({ span, record: normaliseSpan(span) }));
  const logs = groupBySpan(scenario.records);
  const calls = entries
    .filter(({ record }) => isCall(record.kind))
    .toSorted((left, right) => Number(left.record.startTime - right.record.startTime))
    .map(({ span, record }, index) =>
      printCall(span, record, composeContent(record, logs.get(spanKey(record)) ?? []).content, index),
    );
  return {
    calls,
    otherSpans: entries
      .filter(({ record }) => !isCall(record.kind))
      .map(({ span, record }) => printOther(span, record)),
    totals: sumCalls(calls),
    spanCount: sent.length,
    duplicateSpans: scenario.spans.length - sent.length,
    logRecords: scenario.records.length,
    metricDataPoints: scenario.dataPoints,
    traceIds: [...new Set(sent.map((span) => span.traceId))],
    service: entries[0]?.record.service ?? null,
    spans: sent.map(printTimes),
    rejected: scenario.rejected,
    unmappedAttributes: countKeys(entries.map(({ record }) => record)),
  };
}

function decodeFiles(files: EvalOtlpInput): Scenario {
  const scenario: Scenario = { spans: [], records: [], rejected: [], dataPoints: 0 };
  for (const file of files) {
    const { bytes, encoding } = detectBody(file.bytes);
    if (file.signal === 'metrics') {
      scenario.dataPoints += decodeMetrics(bytes, encoding).dataPoints;
    } else if (file.signal === 'logs') {
      const decoded = decodeLogs(bytes, encoding);
      scenario.records.push(...decoded.records);
      scenario.rejected.push(...decoded.rejected);
    } else {
      const decoded = decodeTraces(bytes, encoding);
      scenario.spans.push(...decoded.spans);
      scenario.rejected.push(...decoded.rejected);
    }
  }
  return scenario;
}

/** One span a key, the later copy standing where the first one came. */
function collapse(spans: readonly OtlpSpan[]): OtlpSpan[] {
  const kept = new Map<string, OtlpSpan>();
  for (const span of spans) {
    const time = span.endTime === 0n || span.endTime < span.startTime ? span.startTime : span.endTime;
    kept.set(`${time} ${span.traceId} ${span.spanId}`, span);
  }
  return [...kept.values()];
}

function groupBySpan(records: readonly OtlpLogRecord[]): Map<string, LogRecordEntry[]> {
  const groups = new Map<string, LogRecordEntry[]>();
  for (const [ordinal, record] of records.entries()) {
    const key = spanKey(record);
    const group = groups.get(key) ?? [];
    const stored = storeLogRecord(record, ordinal);
    if (!group.some((other) => other.recordId === stored.recordId)) group.push(stored);
    groups.set(key, group);
  }
  return groups;
}

function spanKey(of: { traceId: string; spanId: string }): string {
  return `${of.traceId} ${of.spanId}`;
}

function printCall(span: OtlpSpan, record: CanonicalSpan, content: SpanContent, index: number): EvalCall {
  return {
    spanId: record.spanId,
    traceId: record.traceId,
    parentSpanId: record.parentSpanId,
    name: record.name,
    kind: record.kind,
    provider: record.provider,
    requestModel: record.requestModel,
    responseModel: record.responseModel,
    usage: record.usage,
    finishReason: content.finishReason,
    system: content.system,
    input: content.input,
    output: content.output,
    toolCalls: content.toolCalls ?? [],
    tools: content.tools,
    stream: record.stream,
    ttftMs: record.ttftMs,
    ttftSource: record.ttftSource,
    latencyMs: latencyMs(record),
    status: record.status,
    spanStatusCode: record.statusCode,
    httpStatus: record.httpStatus,
    error: record.status === 'ok' ? null : printError(span, record),
    userId: record.userId,
    sessionId: record.sessionId,
    conversationId: record.conversationId,
    tags: record.tags.length === 0 ? null : record.tags,
    prompt: printPrompt(record),
    promptName: record.promptName,
    promptVersion: record.promptVersion,
    metadata: record.metadata,
    feature: record.feature,
    customer: record.customer,
    team: record.team,
    environment: record.environment,
    release: record.release,
    cost: record.reportedCost,
    requestOrder: index + 1,
    attributes: record.attributes,
  };
}

function printOther(span: OtlpSpan, record: CanonicalSpan): EvalOtherSpan {
  return {
    spanId: record.spanId,
    traceId: record.traceId,
    parentSpanId: record.parentSpanId,
    name: record.name,
    kind: record.kind,
    carriesUsageThatMustNotBeCounted: carriesUsage(span),
    status: record.status,
    latencyMs: latencyMs(record),
    input: record.input,
    output: record.output,
    toolCalls: record.toolCalls ?? [],
    userId: record.userId,
    sessionId: record.sessionId,
    conversationId: record.conversationId,
    feature: record.feature,
    attributes: record.attributes,
  };
}

function printError(span: OtlpSpan, record: CanonicalSpan): EvalCall['error'] {
  const exceptionType = span.events.find((event) => event.name === 'exception')?.attributes.get('exception.type');
  return {
    type: record.errorType,
    exceptionType: typeof exceptionType === 'string' ? exceptionType : null,
    httpStatus: record.httpStatus,
    code: readFailure(record.errorMessage, record.httpStatus).code,
    message: record.errorMessage,
  };
}

function printPrompt(record: CanonicalSpan): EvalCall['prompt'] {
  if (record.promptName === null && record.promptVersion === null) return null;
  return {
    ...(record.promptName === null ? {} : { name: record.promptName }),
    ...(record.promptVersion === null
      ? {}
      : { version: /^\d{1,15}$/.test(record.promptVersion) ? Number(record.promptVersion) : record.promptVersion }),
  };
}

function printTimes(span: OtlpSpan): EvalOtlpResult['spans'][number] {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    durationNs: (span.endTime > span.startTime ? span.endTime - span.startTime : 0n).toString(),
    startTimeUnixNano: span.startTime.toString(),
    statusCode: span.statusCode,
    statusMessage: span.statusMessage,
  };
}

/** Null for a span without an end; 0 for one that ends before it starts. */
function latencyMs(record: CanonicalSpan): number | null {
  if (!record.finished) return null;
  return record.endTime < record.startTime ? 0 : Number(record.endTime - record.startTime) / 1e6;
}

function sumCalls(calls: readonly EvalCall[]): EvalOtlpResult['totals'] {
  const sum = (pick: (call: EvalCall) => number | null) => calls.reduce((total, call) => total + (pick(call) ?? 0), 0);
  return {
    generations: calls.filter((call) => call.kind === 'generation').length,
    embeddings: calls.filter((call) => call.kind === 'embedding').length,
    input: sum((call) => call.usage.input),
    output: sum((call) => call.usage.output),
    cachedInput: sum((call) => call.usage.cachedInput),
    reasoningOutput: sum((call) => call.usage.reasoningOutput),
    errors: calls.filter((call) => call.status === 'error').length,
  };
}

function countKeys(records: readonly CanonicalSpan[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const key of records.flatMap((record) => record.unmapped)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
