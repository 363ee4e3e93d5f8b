import { type ClickHouse, column, type Column, encodeBlock, uint64 } from '@plimsoll/clickhouse';
import { tokenBuckets } from '@plimsoll/contract';
import { spanColumns } from './ingest.queries.js';
import type { SpanRow } from './span-row.js';

/** Place of a span in the order of its project: by time, trace and span. */
export interface SpanPosition {
  /** Nanoseconds since the epoch, as text. */
  readonly time: string;
  readonly traceId: string;
  readonly spanId: string;
}

export interface SpanRange {
  readonly project: string;
  readonly from: Date;
  readonly to: Date;
}

const rangeCondition = `project = {project:String}
  AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;

function rangeParameters({ project, from, to }: SpanRange) {
  return { project, from: from.getTime(), to: to.getTime() };
}

/** Stored spans of the range; those that were sent again may count twice until their copies are merged. */
export async function countSpans(clickhouse: ClickHouse, range: SpanRange): Promise<number> {
  const [row] = await clickhouse.query<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM spans WHERE ${rangeCondition}`,
    rangeParameters(range),
  );
  return row?.n ?? 0;
}

/** Places of the next spans after `after`: read in the order of the key, so that it costs the same everywhere in the range. */
export function nextPositions(
  clickhouse: ClickHouse,
  range: SpanRange,
  after: SpanPosition | null,
  limit: number,
): Promise<SpanPosition[]> {
  const from = after ?? { time: `${range.from.getTime()}000000`, traceId: '', spanId: '' };
  return clickhouse.query<SpanPosition>(
    `SELECT toString(toUnixTimestamp64Nano(spans.time)) AS time, trace_id AS traceId, span_id AS spanId
     FROM spans
     WHERE project = {project:String}
       AND spans.time >= fromUnixTimestamp64Nano({time:Int64}, 'UTC')
       AND spans.time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       AND (spans.time, trace_id, span_id) >
         (fromUnixTimestamp64Nano({time:Int64}, 'UTC'), {traceId:String}, {spanId:String})
     ORDER BY project, spans.time, trace_id, span_id
     LIMIT {limit:UInt32}`,
    { ...rangeParameters(range), ...from, limit },
  );
}

/** A span as it is stored, in the order of its project. */
export interface StoredSpanRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly time_ns: string;
  readonly start_ns: string;
  readonly end_ns: string;
  readonly finished: number;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly provider: string;
  readonly request_model: string;
  readonly response_model: string;
  readonly service_tier: string;
  readonly feature: string;
  readonly customer: string;
  readonly team: string;
  readonly environment: string;
  readonly release: string;
  readonly prompt_name: string;
  readonly prompt_version: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly conversation_id: string;
  readonly outcome_key: string;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly has_usage: number;
  readonly tokens: readonly number[];
  readonly usage_conflict: number;
  readonly usage: string;
  readonly cost_text: string | null;
  readonly cost_source: string;
  readonly computed_text: string | null;
  readonly price_version: string;
  readonly price_fallback: number;
  readonly unpriced: number;
  readonly ttft_ms: number | null;
  readonly ttft_source: string;
  readonly stream: number | null;
  readonly finish_reason: string;
  readonly status: string;
  readonly status_code: number;
  readonly status_message: string;
  readonly error_type: string;
  readonly error_message: string;
  readonly http_status: number | null;
  readonly system: string;
  readonly input: string;
  readonly output: string;
  readonly has_output: number;
  readonly tool_calls: string;
  readonly tools: readonly string[];
  readonly has_tools: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly events: string;
  readonly sample_p: number;
  readonly expires: string;
  readonly erased: number;
  readonly version_text: string;
}

const storedColumns = `trace_id, span_id, parent_span_id, toString(toUnixTimestamp64Nano(time)) AS time_ns,
  toString(toUnixTimestamp64Nano(start_time)) AS start_ns, toString(toUnixTimestamp64Nano(end_time)) AS end_ns,
  finished, name, kind, service, scope_name, scope_version, provider, request_model, response_model, service_tier,
  feature, customer, team, environment, release, prompt_name, prompt_version, user_id, session_id, conversation_id,
  outcome_key, tags, metadata, has_usage, arrayMap(n -> toFloat64(n), [${tokenBuckets.map((name) => `tokens_${name}`).join(', ')}]) AS tokens,
  usage_conflict, usage, toString(cost) AS cost_text, cost_source, toString(cost_computed) AS computed_text,
  price_version, price_fallback, toFloat64(unpriced_tokens) AS unpriced, ttft_ms, ttft_source, stream, finish_reason,
  status, status_code, status_message, error_type, error_message, http_status, system, input, output, has_output,
  tool_calls, tools, has_tools, attributes, resource, events, sample_p, toString(expires_on) AS expires, erased, toString(version) AS version_text`;

/** The copies that stand, from one place to another, both included. */
export function readSpans(
  clickhouse: ClickHouse,
  project: string,
  first: SpanPosition,
  last: SpanPosition,
): Promise<StoredSpanRow[]> {
  const place = (name: string) =>
    `(fromUnixTimestamp64Nano({${name}Time:Int64}, 'UTC'), {${name}Trace:String}, {${name}Span:String})`;
  return clickhouse.query<StoredSpanRow>(
    `SELECT ${storedColumns}
     FROM spans FINAL
     WHERE project = {project:String}
       AND time >= fromUnixTimestamp64Nano({firstTime:Int64}, 'UTC') AND time <= fromUnixTimestamp64Nano({lastTime:Int64}, 'UTC')
       AND (time, trace_id, span_id) >= ${place('first')} AND (time, trace_id, span_id) <= ${place('last')}
     ORDER BY spans.time, trace_id, span_id
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    {
      project,
      firstTime: first.time,
      firstTrace: first.traceId,
      firstSpan: first.spanId,
      lastTime: last.time,
      lastTrace: last.traceId,
      lastSpan: last.spanId,
    },
  );
}

/** A new copy of a stored span, and the version of the copy that it is made of. */
export interface RemappedRow extends SpanRow {
  readonly madeOf: bigint;
}

const remappedColumns: readonly Column<RemappedRow>[] = [
  ...spanColumns,
  column('version', uint64, (row) => row.madeOf + 1n),
];

/**
 * Stores new copies just above those that they are made of: a copy that a sender wrote since these were read stands above
 * both, and is not undone.
 */
export function insertRemapped(clickhouse: ClickHouse, rows: readonly RemappedRow[], token: string): Promise<void> {
  return clickhouse.insertEncoded('spans', remappedColumns, [encodeBlock(remappedColumns, rows)], { token });
}
