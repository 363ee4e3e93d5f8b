import type { ClickHouse } from '@plimsoll/clickhouse';

export interface SpanRow {
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  start_ns: string;
  end_ns: string;
  time_ns: string;
  finished: number;
  name: string;
  kind: string;
  service: string;
  scope_name: string;
  scope_version: string;
  provider: string;
  request_model: string;
  response_model: string;
  feature: string;
  customer: string;
  team: string;
  environment: string;
  release: string;
  prompt_name: string;
  prompt_version: string;
  user_id: string;
  session_id: string;
  conversation_id: string;
  tags: string[];
  metadata: Record<string, string>;
  has_usage: number;
  tokens: Record<string, string>;
  usage: string;
  cost: string | null;
  cost_currency: string;
  cost_source: string;
  unpriced_tokens: string;
  ttft_ms: number | null;
  ttft_source: string;
  stream: number | null;
  finish_reason: string;
  status: 'ok' | 'error';
  status_code: number;
  status_message: string;
  error_type: string;
  error_message: string;
  http_status: number | null;
  system: string;
  input: string;
  output: string;
  has_output: number;
  tool_calls: string;
  tools: string[];
  has_tools: number;
  attributes: Record<string, string>;
  resource: Record<string, string>;
}

const buckets = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'reasoning',
  'audio_in',
  'audio_out',
  'image_in',
  'image_out',
];
const tokenMap = `map(${buckets.map((bucket) => `'${bucket}', toString(tokens_${bucket})`).join(', ')}) AS tokens`;

const spanColumns = `trace_id, span_id, parent_span_id, toString(toUnixTimestamp64Nano(start_time)) AS start_ns,
  toString(toUnixTimestamp64Nano(end_time)) AS end_ns, toString(toUnixTimestamp64Nano(time)) AS time_ns, finished, name,
  kind, service, scope_name, scope_version, provider, request_model, response_model, feature, customer, team,
  environment, release, prompt_name, prompt_version, user_id, session_id, conversation_id, tags, metadata, has_usage,
  ${tokenMap}, usage, if(cost IS NULL, NULL, toString(assumeNotNull(cost))) AS cost, cost_currency, cost_source, toString(unpriced_tokens) AS unpriced_tokens,
  ttft_ms, ttft_source, stream, finish_reason, status, status_code, status_message, error_type, error_message,
  http_status, system, input, output, has_output, tool_calls, tools, has_tools, attributes, resource`;

/** A trace of more spans than this is cut; the page says so. */
export const spansATrace = 10_000;

/** A pending form of a span is shown until its finished form is there (which has another time, so another key). */
function pendingOnlyAlone(within: string): string {
  return `(finished = 1 OR (trace_id, span_id) NOT IN (
    SELECT trace_id, span_id FROM spans WHERE project = {project:String} AND ${within} AND finished = 1))`;
}

export async function spansOfTrace(clickhouse: ClickHouse, project: string, traceId: string): Promise<SpanRow[]> {
  return clickhouse.query<SpanRow>(
    `SELECT ${spanColumns} FROM spans FINAL
     WHERE project = {project:String} AND trace_id = {traceId:String} AND ${pendingOnlyAlone('trace_id = {traceId:String}')}
     ORDER BY start_time, span_id LIMIT {limit:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { project, traceId, limit: spansATrace },
  );
}

export interface SpanPosition {
  readonly timeNs: string;
  readonly traceId: string;
  readonly spanId: string;
}

export interface SpanSearch {
  readonly project: string;
  readonly from: Date;
  readonly to: Date;
  readonly kind: string;
  readonly feature: string;
  readonly limit: number;
}

/** Newest spans first; an empty kind or feature means any. */
export async function newestSpans(
  clickhouse: ClickHouse,
  search: SpanSearch,
  after: SpanPosition | null,
): Promise<SpanRow[]> {
  const position =
    after === null
      ? ''
      : 'AND (time, trace_id, span_id) < (fromUnixTimestamp64Nano({afterNs:Int64}), {afterTrace:String}, {afterSpan:String})';
  return clickhouse.query<SpanRow>(
    `SELECT ${spanColumns} FROM spans FINAL
     WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)}
       AND ({kind:String} = '' OR kind = {kind:String}) AND ({feature:String} = '' OR feature = {feature:String}) ${position}
       AND ${pendingOnlyAlone('time >= {from:DateTime64(9)}')}
     ORDER BY time DESC, trace_id DESC, span_id DESC LIMIT {limit:UInt32}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    {
      ...search,
      ...(after === null ? {} : { afterNs: after.timeNs, afterTrace: after.traceId, afterSpan: after.spanId }),
    },
  );
}

export interface LogRow {
  trace_id: string;
  span_id: string;
  time_ns: string;
  name: string;
  severity: string;
  scope_name: string;
  body: string;
  attributes: Record<string, string>;
}

export async function logsOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
): Promise<LogRow[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<LogRow>(
    `SELECT trace_id, span_id, toString(toUnixTimestamp64Nano(time)) AS time_ns, name, severity, scope_name, body, attributes
     FROM log_records FINAL WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)}
     ORDER BY time, ordinal, record_id SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { project, traceIds },
  );
}

export interface ScoreRow {
  trace_id: string;
  span_id: string;
  scorer: string;
  scorer_version: string;
  value: number | null;
  passed: number | null;
  label: string;
  reason: string;
  source: 'rule' | 'judge' | 'human' | 'user';
}

export async function scoresOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
): Promise<ScoreRow[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<ScoreRow>(
    `SELECT trace_id, span_id, scorer, scorer_version, value, passed, label, reason, source
     FROM scores FINAL WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)}
     ORDER BY scorer, scorer_version`,
    { project, traceIds },
  );
}
