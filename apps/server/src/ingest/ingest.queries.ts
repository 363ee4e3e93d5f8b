import {
  array,
  type ClickHouse,
  type Column,
  column,
  date,
  dateTime64,
  decimal,
  fixedString,
  float64,
  map,
  nanoseconds,
  nullable,
  string,
  uint16,
  uint32,
  uint64,
  uint8,
} from '@plimsoll/clickhouse';
import { type TokenBucket, tokenBuckets } from '@plimsoll/contract';
import type { PricedSpan } from '@plimsoll/cost';
import type { LogRow } from './log-row.js';
import type { SpanRow } from './span-row.js';

const text = (name: string, read: (row: SpanRow) => string | null): Column<SpanRow> =>
  column(name, string, (row) => read(row) ?? '');

const flag = (name: string, read: (row: SpanRow) => boolean): Column<SpanRow> => column(name, uint8, read);

const tokens = (bucket: TokenBucket): Column<SpanRow> =>
  column(`tokens_${bucket}`, uint64, (row) => row.tokens?.[bucket] ?? 0);

/** Stored as `price_book`, `reported` or `none`: whether a price is the project's own stands in the price version. */
export function costSource(source: PricedSpan['source']): string {
  if (source === 'reported') return 'reported';
  return source === 'price_book' || source === 'override' ? 'price_book' : 'none';
}

/** All columns of `spans` but those that the store fills itself. */
export const spanColumns: readonly Column<SpanRow>[] = [
  text('project', (row) => row.project),
  text('trace_id', (row) => row.traceId),
  text('span_id', (row) => row.spanId),
  text('parent_span_id', (row) => row.parentSpanId),
  column('time', nanoseconds, (row) => row.time),
  column('start_time', nanoseconds, (row) => row.startTime),
  column('end_time', nanoseconds, (row) => row.endTime),
  flag('finished', (row) => row.finished),
  text('name', (row) => row.name),
  text('kind', (row) => row.kind),
  text('service', (row) => row.service),
  text('scope_name', (row) => row.scopeName),
  text('scope_version', (row) => row.scopeVersion),
  text('provider', (row) => row.provider),
  text('request_model', (row) => row.requestModel),
  text('response_model', (row) => row.responseModel),
  text('service_tier', (row) => row.serviceTier),
  text('feature', (row) => row.feature),
  text('customer', (row) => row.customer),
  text('team', (row) => row.team),
  text('environment', (row) => row.environment),
  text('release', (row) => row.release),
  text('prompt_name', (row) => row.promptName),
  text('prompt_version', (row) => row.promptVersion),
  text('user_id', (row) => row.userId),
  text('session_id', (row) => row.sessionId),
  text('conversation_id', (row) => row.conversationId),
  text('outcome_key', (row) => row.outcomeKey),
  column('tags', array(string), (row) => row.tags),
  column('metadata', map(string), (row) => row.metadata),
  flag('has_usage', (row) => row.tokens !== null),
  ...tokenBuckets.map(tokens),
  flag('usage_conflict', (row) => row.usageConflict),
  text('usage', (row) => (row.tokens === null ? '' : JSON.stringify(row.usage))),
  column('cost', nullable(decimal(12)), (row) => row.priced.cost),
  text('cost_currency', (row) => (row.priced.cost === null ? '' : row.priced.currency)),
  text('cost_source', (row) => costSource(row.priced.source)),
  column('cost_computed', nullable(decimal(12)), (row) => row.priced.computedCost),
  text('price_version', (row) => row.priced.priceVersion),
  flag('price_fallback', (row) => row.priced.fallback),
  column('unpriced_tokens', uint64, (row) => row.priced.unpricedTokens),
  column('ttft_ms', nullable(float64), (row) => row.ttftMs),
  text('ttft_source', (row) => row.ttftSource),
  column('stream', nullable(uint8), (row) => row.stream),
  text('finish_reason', (row) => row.finishReason),
  text('status', (row) => row.status),
  column('status_code', uint8, (row) => (row.statusCode >= 0 && row.statusCode <= 2 ? row.statusCode : 0)),
  text('status_message', (row) => row.statusMessage),
  text('error_type', (row) => row.errorType),
  text('error_message', (row) => row.errorMessage),
  column('http_status', nullable(uint16), (row) => row.httpStatus),
  flag('has_content', (row) => row.input !== null || row.output !== null || (row.toolCalls?.length ?? 0) > 0),
  text('system', (row) => row.system),
  text('input', (row) => (row.input === null ? '' : JSON.stringify(row.input))),
  text('output', (row) => row.output),
  flag('has_output', (row) => row.output !== null),
  text('tool_calls', (row) => (row.toolCalls === null ? '' : JSON.stringify(row.toolCalls))),
  column('tools', array(string), (row) => row.tools ?? []),
  flag('has_tools', (row) => row.tools !== null),
  column('attributes', map(string), (row) => row.attributes),
  column('resource', map(string), (row) => row.resource),
  text('events', (row) => (row.events.length === 0 ? '' : JSON.stringify(row.events))),
  column('sample_p', float64, (row) => row.sampleP),
  column('expires_on', date, (row) => row.expiresOn),
];

export const logColumns: readonly Column<LogRow>[] = [
  column('project', string, (row) => row.project),
  column('trace_id', string, (row) => row.traceId),
  column('span_id', string, (row) => row.spanId),
  column('time', dateTime64, (row) => row.timeNs),
  column('record_id', fixedString(32), (row) => row.recordId),
  column('ordinal', uint32, (row) => row.ordinal),
  column('name', string, (row) => row.name),
  column('severity', string, (row) => row.severity),
  column('scope_name', string, (row) => row.scopeName),
  column('service', string, (row) => row.service),
  column('body', string, (row) => row.body),
  column('attributes', map(string), (row) => row.attributes),
  column('expires_on', date, (row) => row.expiresOn),
];

/** Stores rows of spans in RowBinary; the answer means that they are durable and can be queried. */
export function insertSpans(clickhouse: ClickHouse, rows: readonly Buffer[], token: string): Promise<void> {
  return clickhouse.insertEncoded('spans', spanColumns, rows, { token });
}

export function insertLogRecords(clickhouse: ClickHouse, rows: readonly LogRow[], token: string): Promise<void> {
  return clickhouse.insertBlock('log_records', logColumns, rows, { token });
}

export interface RejectionRow {
  /** Empty when the key was not known. */
  readonly project: string;
  /** Of an export, or the kind of events: `scores`, `feedback`, `outcomes`, `changes`, `hooks`. */
  readonly signal: string;
  readonly reason: string;
  readonly detail: string;
  /** Path of HTTP, or service and method of gRPC. */
  readonly route: string;
  /** Empty where it is the whole request. */
  readonly field: string;
  readonly count: number;
  readonly key_prefix: string;
  readonly user_agent: string;
}

export function insertRejections(clickhouse: ClickHouse, rows: readonly RejectionRow[]): Promise<void> {
  return clickhouse.insert('rejections', rows);
}

export interface UnmappedRow {
  readonly project: string;
  /** `YYYY-MM-DD` of reception. */
  readonly day: string;
  readonly scope_name: string;
  readonly key: string;
  readonly count: number;
  readonly expires_on: string;
}

export function insertUnmapped(clickhouse: ClickHouse, rows: readonly UnmappedRow[]): Promise<void> {
  return clickhouse.insert('unmapped_attributes', rows);
}
