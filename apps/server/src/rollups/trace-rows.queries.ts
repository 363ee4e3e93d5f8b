import type { ClickHouse } from '@plimsoll/clickhouse';
import type { MinuteRange } from './minute-recompute.js';
import { nearRange, prunesTraces } from './trace-reach.js';

/** The fields that a span may inherit; in `traces` they are the root's own. */
const inheritedFields = [
  'feature',
  'customer',
  'team',
  'environment',
  'release',
  'prompt_name',
  'prompt_version',
  'user_id',
  'session_id',
  'tags',
] as const;

const isCall = `finished = 1 AND kind IN ('generation', 'embedding')`;
const isRoot = `parent_span_id = ''`;

/** With ten thousands of ids, to ask the index of ids of every granule in the store costs more than to read those in time. */
const byTimeAlone = `SETTINGS ignore_data_skipping_indices = 'by_trace'`;

const arrived = `ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND ingested_at < fromUnixTimestamp64Micro({until:Int64}, 'UTC')`;

/** Ids of the traces of which something lies within the range and arrived from `{since:Int64}` on, before `{until:Int64}`. */
const touched = `SELECT trace_id FROM spans WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime}
  AND ${arrived}`;

/**
 * How far the spans of these traces may lie apart, in nanoseconds, and whether one of them may have a row. What came before a
 * trace's first row came within the same slice of arrivals or one before it, and what is known of a trace reaches from its
 * row's start to its end: no other span is sought. Rows are asked of all times, by a hash: of two traces with one hash both
 * are found, which only widens the bounds.
 */
const bounds = `
WITH touched AS (${touched})
SELECT toString(min(toUnixTimestamp64Nano(first))) AS from_ns, toString(max(toUnixTimestamp64Nano(last))) AS to_ns,
  max(has_row) AS known
FROM (
  SELECT start_time AS first, end_time AS last, 1 AS has_row FROM traces
  WHERE project = {project:String} AND trace_hash IN (SELECT cityHash64(trace_id) FROM touched)
  UNION ALL
  SELECT time AS first, time AS last, 0 FROM spans
  WHERE project = {project:String} AND ${arrived} AND trace_id IN touched
)
HAVING count() > 0
${byTimeAlone}`;

const firstTime = `fromUnixTimestamp64Nano({fromNs:Int64}, 'UTC')`;
const lastTime = `fromUnixTimestamp64Nano({toNs:Int64}, 'UTC')`;
const searched = `project = {project:String} AND trace_id IN touched AND time >= ${firstTime} AND time <= ${lastTime}`;

/** What is the root's own: in one state, since a state each is most of what the statement holds in memory. */
const rootFields = ['span_id', 'status', ...inheritedFields];
/**
 * The order of spans of a trace in one number: a pair would be a column of its own in each trace's state. A pending form comes
 * after all that is finished: it has the start and the id of its finished form and knows less.
 */
const startOrder = `bitOr(bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Nano(start_time)), 64), toUInt128(reinterpretAsUInt64(reverse(unhex(span_id))))),
  bitShiftLeft(toUInt128(finished = 0), 126))`;
const rootFirst = `bitOr(${startOrder}, bitShiftLeft(toUInt128(NOT ${isRoot}), 127))`;
const ofRoot = (field: (typeof rootFields)[number]): string =>
  `tupleElement(now.root, ${rootFields.indexOf(field) + 1})`;

/** Of a row that is there and near, what its successor is compared with. */
const beforeColumns = [
  'inherited_at',
  'version',
  ...inheritedFields.map((field) => `${field} AS before_${field}`),
].join(', ');

const same = inheritedFields.map((field) => `${ofRoot(field)} = before.before_${field}`).join(' AND ');

/** Rows that stand, of which there is none where no trace was known: to find that out again would cost a third of the statement. */
const before = `,
before AS (
  SELECT trace_id, ${beforeColumns} FROM traces FINAL WHERE project = {project:String} AND ${nearRange}
    AND start_time <= ${lastTime} AND end_time >= ${firstTime} AND trace_id IN touched
  ${prunesTraces}
)`;
const unchanged = `if(before.version IS NOT NULL AND ${same}, assumeNotNull(before.inherited_at), now64(6))`;

/**
 * One row a trace from all its spans. When its inherited fields are other than before, `inherited_at` says so, and the
 * next look for dirty minutes finds the whole trace: the mark is in the store, so a crash in between cannot lose it.
 */
const statement = (known: boolean): string => `
INSERT INTO traces (project, trace_id, day, start_time, end_time, root_span_id, name, service, outcome_key,
  ${inheritedFields.join(', ')}, models, providers, spans, calls, errors, tokens_input, tokens_output, cost,
  cost_currency, unpriced_calls, id_conflicts, ttft_ms, status, gone, expires_on, inherited_at, version)
WITH touched AS (${touched})${known ? before : ''}
SELECT now.project, now.trace_id, toDate(now.first_start), now.first_start, now.last_end, ${ofRoot('span_id')},
  now.first_name, now.first_service, now.root_outcome_key, ${inheritedFields.map(ofRoot).join(', ')},
  now.all_models, now.all_providers, now.span_count, now.call_count, now.error_count, now.sum_input, now.sum_output,
  now.sum_cost, now.currency, now.unpriced, now.conflicts, now.first_ttft, now.trace_status, 0, now.expires,
  ${known ? unchanged : 'now64(6)'},
  toUInt64(toUnixTimestamp64Micro(now64(6)))
FROM (
  SELECT project, trace_id,
    min(start_time) AS first_start,
    max(if(finished = 1, greatest(end_time, start_time), start_time)) AS last_end,
    argMinIf((${rootFields.join(', ')}), ${startOrder}, ${isRoot}) AS root,
    argMin(name, ${rootFirst}) AS first_name,
    argMin(service, ${rootFirst}) AS first_service,
    max(outcome_key) AS root_outcome_key,
    countIf(${isRoot}) AS roots,
    arraySort(groupUniqArrayIf(100)(if(response_model != '', response_model, request_model),
      ${isCall} AND (response_model != '' OR request_model != ''))) AS all_models,
    arraySort(groupUniqArrayIf(100)(provider, ${isCall} AND provider != '')) AS all_providers,
    -- A pending form counts until its finished one is there, which is no second span of that id.
    countIf(finished = 1) + uniqExact(span_id) - uniqExactIf(span_id, finished = 1) AS span_count,
    countIf(${isCall}) AS call_count,
    countIf(${isCall} AND status = 'error') AS error_count,
    sumIf(tokens_input + tokens_cache_read + tokens_cache_write_5m + tokens_cache_write_1h + tokens_audio_in + tokens_image_in, ${isCall}) AS sum_input,
    sumIf(tokens_output + tokens_reasoning + tokens_audio_out + tokens_image_out, ${isCall}) AS sum_output,
    ifNull(sumIf(cost, ${isCall}), 0) AS sum_cost,
    maxIf(cost_currency, ${isCall} AND cost IS NOT NULL) AS currency,
    countIf(${isCall} AND cost IS NULL) AS unpriced,
    countIf(finished = 1) - uniqExactIf(span_id, finished = 1) AS conflicts,
    argMinIf(ttft_ms, start_time, ttft_ms IS NOT NULL) AS first_ttft,
    if(if(roots > 0, tupleElement(root, 2) = 'error', error_count > 0), 'error', 'ok') AS trace_status,
    max(expires_on) AS expires
  FROM spans FINAL WHERE ${searched}
  GROUP BY project, trace_id
) AS now
${known ? 'LEFT JOIN before ON before.trace_id = now.trace_id' : ''}
${byTimeAlone}`;

/** From `sinceMicros` on and before `untilMicros`, on the store's clock. */
export interface ArrivalSlice {
  readonly sinceMicros: bigint;
  readonly untilMicros: bigint;
}

/** Rewrites the rows of the traces of which something lies within the range and arrived in the slice. */
export async function recomputeTraces(clickhouse: ClickHouse, range: MinuteRange, slice: ArrivalSlice): Promise<void> {
  const { sinceMicros: since, untilMicros: until } = slice;
  const window = { project: range.projectId, from: range.from, to: range.to, since, until };
  await clickhouse.alone(async () => {
    const [found] = await clickhouse.query<{ from_ns: string; to_ns: string; known: number }>(bounds, window);
    if (found === undefined) return;
    await clickhouse.command(statement(found.known === 1), { ...window, fromNs: found.from_ns, toNs: found.to_ns });
  });
}
