import { type Span, spanKind, toolCall, message, usage } from '@plimsoll/contract';
import { composeContent, cutKey, cutTexts, type SpanContent, type StoredLogRecord } from '@plimsoll/otlp';
import { z } from 'zod';
import type { LogRow, ScoreRow, SpanRow } from './spans.queries.js';

const orNull = (text: string): string | null => (text === '' ? null : text);

/** ISO text with millisecond precision of nanoseconds since the epoch. */
export function isoOfNanos(nanos: string): string {
  return new Date(Number(BigInt(nanos) / 1_000_000n)).toISOString();
}

/** Milliseconds between two nanosecond texts, exact to the nanosecond. */
export function millisBetween(startNs: string, endNs: string): number {
  return Number(BigInt(endNs) - BigInt(startNs)) / 1e6;
}

function jsonOr<T extends z.ZodType>(text: string, schema: T): z.output<T> | null {
  return text === '' ? null : schema.parse(JSON.parse(text));
}

function ownContent(row: SpanRow): SpanContent {
  return {
    system: orNull(row.system),
    input: jsonOr(row.input, z.array(message)),
    output: row.has_output === 1 ? row.output : null,
    toolCalls: jsonOr(row.tool_calls, z.array(toolCall)),
    tools: row.has_tools === 1 ? row.tools : null,
    finishReason: orNull(row.finish_reason),
  };
}

function logRecord(row: LogRow): StoredLogRecord {
  return {
    name: row.name,
    scopeName: row.scope_name,
    timeNs: BigInt(row.time_ns),
    body: row.body,
    attributes: row.attributes,
  };
}

function tokensOf(row: SpanRow): Span['tokens'] {
  if (row.has_usage === 0) return null;
  const counts = Object.entries(row.tokens).map(([bucket, count]) => [bucket, Number(count)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function errorOf(row: SpanRow): Span['error'] {
  if (row.status === 'ok') return null;
  const text = orNull(row.error_message) ?? orNull(row.status_message);
  return { type: orNull(row.error_type), message: text };
}

const noUsage = { input: null, output: null, cachedInput: null, cacheWriteInput: null, reasoningOutput: null };
const costSources = z.enum(['price_book', 'reported', 'none']).catch('none');

/** Texts that were cut, of the span and of its log records. */
function cutOf({ attributes }: SpanRow, logs: readonly LogRow[]): Span['cut'] {
  const ofLogs = logs
    .filter((log) => cutKey in log.attributes)
    .flatMap((log) =>
      cutTexts(log.attributes).map((text) => ({ ...text, field: `${log.name || 'log'} ${text.field}` })),
    );
  return [...cutTexts(attributes), ...ofLogs];
}

/** The span as people read it: content of its log records joined in, usage inclusive, absent as null. */
export function spanView(row: SpanRow, logs: readonly LogRow[], scores: readonly ScoreRow[]): Span {
  const own = ownContent(row);
  const { content, fromLogs } = composeContent(own, logs.map(logRecord));
  const ended = row.finished === 1;
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: orNull(row.parent_span_id),
    name: row.name,
    kind: spanKind.parse(row.kind),
    startTime: isoOfNanos(row.start_ns),
    endTime: ended ? isoOfNanos(row.end_ns) : null,
    startTimeUnixNano: row.start_ns,
    endTimeUnixNano: ended ? row.end_ns : null,
    // An end before the start is kept as sent; its latency is 0.
    latencyMs: ended ? Math.max(0, millisBetween(row.start_ns, row.end_ns)) : null,
    finished: ended,
    service: orNull(row.service),
    scopeName: orNull(row.scope_name),
    provider: orNull(row.provider),
    requestModel: orNull(row.request_model),
    responseModel: orNull(row.response_model),
    feature: orNull(row.feature),
    customer: orNull(row.customer),
    team: orNull(row.team),
    environment: orNull(row.environment),
    release: orNull(row.release),
    promptName: orNull(row.prompt_name),
    promptVersion: orNull(row.prompt_version),
    userId: orNull(row.user_id),
    sessionId: orNull(row.session_id),
    conversationId: orNull(row.conversation_id),
    tags: row.tags,
    metadata: row.metadata,
    usage: jsonOr(row.usage, usage) ?? noUsage,
    tokens: tokensOf(row),
    cost: row.cost,
    costCurrency: row.cost === null ? null : orNull(row.cost_currency),
    costSource: costSources.parse(row.cost_source),
    unpricedTokens: Number(row.unpriced_tokens),
    ttftMs: row.ttft_ms,
    ttftSource: orNull(row.ttft_source),
    stream: row.stream === null ? null : row.stream === 1,
    finishReason: content.finishReason,
    status: row.status,
    spanStatusCode: row.status_code,
    httpStatus: row.http_status,
    error: errorOf(row),
    system: content.system,
    input: content.input,
    output: content.output,
    toolCalls: content.toolCalls,
    tools: content.tools,
    contentFromLogs: fromLogs,
    cut: cutOf(row, logs),
    attributes: row.attributes,
    resource: row.resource,
    scores: scores.map((score) => ({
      scorer: score.scorer,
      scorerVersion: score.scorer_version,
      value: score.value,
      passed: score.passed === null ? null : score.passed === 1,
      label: orNull(score.label),
      reason: orNull(score.reason),
      source: score.source,
    })),
  };
}
