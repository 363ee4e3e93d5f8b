import type { ClickHouse } from '@plimsoll/clickhouse';
import type { TraceQuery } from '@plimsoll/contract';
import type { Condition } from './trace-condition.queries.js';

export interface TraceRow {
  trace_id: string;
  name: string;
  start_ns: string;
  end_ns: string;
  root_span_id: string;
  service: string;
  feature: string;
  customer: string;
  prompt_name: string;
  prompt_version: string;
  user_id: string;
  session_id: string;
  models: string[];
  spans: number;
  calls: number;
  errors: number;
  status: 'ok' | 'error';
  input_count: string;
  output_count: string;
  cost_text: string;
  cost_currency: string;
  unpriced_calls: number;
  ttft_ms: number | null;
  sort_key: string;
}

/** No alias repeats a column's name: ClickHouse would take the alias for the column in filters and in sort keys. */
const traceColumns = `trace_id, name, toString(toUnixTimestamp64Nano(start_time)) AS start_ns,
  toString(toUnixTimestamp64Nano(end_time)) AS end_ns, root_span_id, service, feature, customer, prompt_name,
  prompt_version, user_id, session_id, models, spans, calls, errors, status, toString(tokens_input) AS input_count,
  toString(tokens_output) AS output_count, toString(cost) AS cost_text, cost_currency, unpriced_calls, ttft_ms`;

/** What a list is sorted by, as an exact number: a cursor must come back to the same place. */
const sortKeys: Readonly<Record<TraceQuery['sort'], string>> = {
  time: 'toInt128(toUnixTimestamp64Nano(start_time))',
  duration: 'toInt128(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time))',
  cost: 'toInt128(cost * 1000000000000)',
  tokens: 'toInt128(tokens_input + tokens_output)',
};

export interface ListPosition {
  readonly key: string;
  readonly traceId: string;
}

export async function listTraces(
  clickhouse: ClickHouse,
  condition: Condition,
  query: Pick<TraceQuery, 'sort' | 'order' | 'limit'>,
  after: ListPosition | null,
): Promise<TraceRow[]> {
  const key = sortKeys[query.sort];
  const [compare, direction] = query.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const position = after === null ? '' : `AND (${key}, trace_id) ${compare} ({afterKey:Int128}, {afterTrace:String})`;
  return clickhouse.query<TraceRow>(
    `SELECT ${traceColumns}, toString(${key}) AS sort_key FROM traces FINAL
     WHERE ${condition.sql} ${position}
     ORDER BY ${key} ${direction}, trace_id ${direction} LIMIT {limit:UInt32}`,
    {
      ...condition.params,
      limit: query.limit,
      ...(after === null ? {} : { afterKey: after.key, afterTrace: after.traceId }),
    },
  );
}

export async function findTrace(clickhouse: ClickHouse, project: string, traceId: string): Promise<TraceRow | null> {
  const rows = await clickhouse.query<TraceRow>(
    `SELECT ${traceColumns}, '' AS sort_key FROM traces FINAL
     WHERE project = {project:String} AND trace_id = {traceId:String} AND gone = 0`,
    { project, traceId },
  );
  return rows[0] ?? null;
}

export interface TraceQuality {
  trace_id: string;
  passed_count: number;
  judged: number;
  failed_scorers: string[];
}

export async function qualityOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
): Promise<TraceQuality[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<TraceQuality>(
    `SELECT trace_id, toUInt32(countIf(scores.passed = 1)) AS passed_count, toUInt32(count()) AS judged,
       groupUniqArrayIf(toString(scorer), scores.passed = 0) AS failed_scorers
     FROM scores FINAL WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)} AND scores.passed IS NOT NULL
     GROUP BY trace_id`,
    { project, traceIds },
  );
}

export interface TracePrompts {
  trace_id: string;
  prompts: { name: string; version: string; spans: number }[];
}

const promptsATrace = 20;

/** The prompts that spans of these traces name themselves; `from` and `to` are the outermost times of the traces. */
export async function promptsOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
  from: string,
  to: string,
): Promise<TracePrompts[]> {
  if (traceIds.length === 0) return [];
  const rows = await clickhouse.query<{ trace_id: string; name: string; version: string; spans: number }>(
    `SELECT trace_id, toString(prompt_name) AS name, toString(prompt_version) AS version, toUInt32(uniqExact(span_id)) AS spans
     FROM spans FINAL WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)}
       AND time >= fromUnixTimestamp64Nano({from:Int64}) AND time <= fromUnixTimestamp64Nano({to:Int64}) + INTERVAL 1 DAY
       AND (prompt_name != '' OR prompt_version != '')
     GROUP BY trace_id, prompt_name, prompt_version ORDER BY trace_id, spans DESC, name, version
     LIMIT {most:UInt8} BY trace_id`,
    { project, traceIds, from, to, most: promptsATrace },
  );
  const byTrace = new Map<string, TracePrompts>();
  for (const { trace_id, ...prompt } of rows) {
    const known = byTrace.get(trace_id);
    if (known === undefined) byTrace.set(trace_id, { trace_id, prompts: [prompt] });
    else known.prompts.push(prompt);
  }
  return [...byTrace.values()];
}

export interface HistogramRow {
  t: number;
  count: number;
  errors: number;
}

export async function traceHistogram(
  clickhouse: ClickHouse,
  condition: Condition,
  bucketSeconds: number,
): Promise<HistogramRow[]> {
  return clickhouse.query<HistogramRow>(
    `SELECT toUInt32(intDiv(toUnixTimestamp(start_time), {bucket:UInt32}) * {bucket:UInt32}) AS t,
       toUInt32(count()) AS count, toUInt32(countIf(status = 'error')) AS errors
     FROM traces FINAL WHERE ${condition.sql} GROUP BY t ORDER BY t`,
    { ...condition.params, bucket: bucketSeconds },
  );
}

export interface FacetRow {
  dimension: string;
  value: string;
  count: number;
}

/** Most frequent values of each dimension among the traces that match, at most `top` a dimension. */
export async function traceFacets(clickhouse: ClickHouse, condition: Condition, top: number): Promise<FacetRow[]> {
  return clickhouse.query<FacetRow>(
    `SELECT dimension, value, toUInt32(count()) AS count
     FROM (
       SELECT arrayJoin(arrayConcat(
         [('feature', toString(feature)), ('customer', toString(customer)), ('environment', toString(environment)),
          ('status', toString(status))],
         arrayMap(model -> ('model', toString(model)), models))) AS pair, pair.1 AS dimension, pair.2 AS value
       FROM traces FINAL WHERE ${condition.sql})
     WHERE value != '' GROUP BY dimension, value ORDER BY dimension, count DESC, value LIMIT {top:UInt32} BY dimension`,
    { ...condition.params, top },
  );
}

/** Traces by the prompt versions that their spans name; a trace with two versions counts for both. */
export async function promptFacet(clickhouse: ClickHouse, condition: Condition, top: number): Promise<FacetRow[]> {
  return clickhouse.query<FacetRow>(
    `SELECT 'promptVersion' AS dimension, toString(prompt_version) AS value, toUInt32(uniqExact(trace_id)) AS count
     FROM spans
     WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY
       AND prompt_version != '' AND trace_id IN (SELECT trace_id FROM traces FINAL WHERE ${condition.sql})
     GROUP BY prompt_version ORDER BY count DESC, value LIMIT {top:UInt32}`,
    { ...condition.params, top },
  );
}

export interface SessionRow {
  session_id: string;
  traces: number;
  first_ns: string;
  last_ns: string;
  user_id: string;
  cost: string;
  unpriced: number;
  errors: number;
}

export async function listSessions(
  clickhouse: ClickHouse,
  range: { project: string; from: Date; to: Date; limit: number },
  after: { lastNs: string; sessionId: string } | null,
): Promise<SessionRow[]> {
  const position =
    after === null ? '' : 'HAVING (last_at, session_id) < (fromUnixTimestamp64Nano({afterNs:Int64}), {afterId:String})';
  return clickhouse.query<SessionRow>(
    `SELECT session_id, toUInt32(count()) AS traces, toString(toUnixTimestamp64Nano(min(start_time))) AS first_ns,
       max(end_time) AS last_at, toString(toUnixTimestamp64Nano(last_at)) AS last_ns, any(user_id) AS user_id,
       toString(sum(cost)) AS cost, toUInt32(sum(unpriced_calls)) AS unpriced, toUInt32(sum(errors)) AS errors
     FROM traces FINAL
     WHERE project = {project:String} AND gone = 0 AND session_id != ''
       AND start_time >= {from:DateTime64(9)} AND start_time < {to:DateTime64(9)}
     GROUP BY session_id ${position} ORDER BY last_at DESC, session_id DESC LIMIT {limit:UInt32}`,
    { ...range, ...(after === null ? {} : { afterNs: after.lastNs, afterId: after.sessionId }) },
  );
}
