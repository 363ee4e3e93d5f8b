import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { type ArrivalSlot, slotSeconds } from './arrival-slices.js';
import type { LogRow } from '../traces/spans.queries.js';
import {
  decisionColumns,
  scoreColumns,
  type Decision,
  type DecisionRow,
  type Outcome,
  type ScoreRow,
  type SpanKey,
} from './scoring-rows.js';

/** A call that waits for its decision. */
export interface Candidate {
  readonly project: string;
  readonly time_ns: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly kind: string;
  /** Own value, else the root's. */
  readonly feature: string;
  readonly session_id: string;
  readonly sample_p: number;
  readonly prompt_version: string;
  readonly model: string;
  /** 0: neither the span nor a log record carries an answer, a minute after it was stored. */
  readonly has_content: number;
}

/** A call is decided this long after its root was stored, in seconds ... */
export const rootSeconds = 10;
/** ... or this long after itself when no root came, or no content. */
export const waitSeconds = 60;

const callKinds = `('generation', 'embedding')`;

/** How many spans and log records arrived since a moment of the store's clock (microseconds), by slot of arrival. */
export async function arrivedSlots(clickhouse: ClickHouse, since: bigint): Promise<ArrivalSlot[]> {
  const arrived = (table: string): string =>
    `SELECT time, ingested_at FROM ${table} WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')`;
  const slotMicros = BigInt(slotSeconds * 1_000_000);
  return clickhouse.query<ArrivalSlot>(
    `SELECT intDiv(toUnixTimestamp(ingested_at), ${slotSeconds}) AS slot, count() AS rows,
      toString(sum(cityHash64(time, ingested_at))) AS mark
    FROM (${arrived('spans')} UNION ALL ${arrived('log_records')}) GROUP BY slot`,
    { since: since - (since % slotMicros) },
  );
}

/**
 * Finished calls without an error that arrived within a slice of the store's clock (microseconds), or whose log records
 * did, of these projects, which are ready to be decided and were not; newest first. A call that was decided `no_content` comes once more
 * when it has content now.
 */
export async function undecidedCalls(
  clickhouse: ClickHouse,
  range: { readonly since: bigint; readonly until: bigint; readonly at: bigint; readonly projects: readonly string[] },
  limit: number,
): Promise<Candidate[]> {
  const arrived = `ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')
    AND ingested_at < fromUnixTimestamp64Micro({until:Int64}, 'UTC')`;
  const isCall = `kind IN ${callKinds} AND finished = 1 AND project IN {projects:Array(String)}`;
  const traces = `SELECT trace_id FROM spans WHERE ${arrived} AND ${isCall}
    UNION DISTINCT SELECT trace_id FROM log_records WHERE ${arrived}`;
  // Bounds of what is read: scalars, so that they prune. A trace lasts a day at most (rule 9).
  const times = `(SELECT time FROM spans WHERE ${arrived} UNION ALL SELECT time FROM log_records WHERE ${arrived})`;
  const dayBefore = `(SELECT min(time) FROM ${times}) - INTERVAL 1 DAY`;
  const until = `time <= (SELECT max(time) FROM ${times}) + INTERVAL 1 DAY`;
  const reach = `time >= ${dayBefore} AND ${until}`;
  // A root that ended before all of these is known to the row of its trace by the time its calls have waited: that day of a
  // busy project is not read. Rows are asked by a hash: of two traces with one hash both are found, which only widens this.
  const rootReach = `time >= (SELECT min(time) FROM (
      SELECT time FROM ${times} UNION ALL
      SELECT start_time AS time FROM traces WHERE project IN {projects:Array(String)} AND start_time >= ${dayBefore}
        AND trace_hash IN (SELECT cityHash64(trace_id) FROM (${traces})))) AND ${until}`;
  const columns = `project, time, trace_id, span_id, ingested_at, version, kind, feature, session_id, sample_p, status, erased,
    prompt_name, prompt_version, if(response_model != '', response_model, request_model) AS model,
    has_output = 1 OR tool_calls != '' AS answered`;
  const statement = `WITH fromUnixTimestamp64Micro({at:Int64}, 'UTC') AS now_at
    SELECT call.project AS project, toString(toUnixTimestamp64Nano(call.time)) AS time_ns, call.trace_id AS trace_id,
      call.span_id AS span_id, call.kind AS kind, if(call.feature != '', call.feature, ifNull(root.feature, '')) AS feature,
      if(call.session_id != '', call.session_id, ifNull(root.session_id, '')) AS session_id, call.sample_p AS sample_p,
      call.model AS model, if(call.prompt_version != '' OR call.prompt_name != '', call.prompt_version, ifNull(root.prompt_version, '')) AS prompt_version,
      toUInt8(call.answered OR logged.span_id IS NOT NULL) AS has_content
    FROM (
      SELECT project, time, trace_id, span_id, min(ingested_at) AS stored_at, argMax(kind, version) AS kind,
        argMax(feature, version) AS feature, argMax(session_id, version) AS session_id, argMax(sample_p, version) AS sample_p,
        argMax(prompt_name, version) AS prompt_name, argMax(prompt_version, version) AS prompt_version, argMax(model, version) AS model,
        argMax(answered, version) AS answered, argMax(status, version) AS status, argMax(erased, version) AS erased
      FROM (
        SELECT ${columns} FROM spans WHERE ${arrived} AND ${isCall}
        UNION ALL
        SELECT ${columns} FROM spans WHERE ${isCall}
          AND (trace_id, span_id) IN (SELECT trace_id, span_id FROM log_records WHERE ${arrived})
          AND time >= (SELECT min(time) FROM log_records WHERE ${arrived}) - INTERVAL 1 DAY)
      GROUP BY project, time, trace_id, span_id
    ) AS call
    LEFT JOIN (
      SELECT project, trace_id, min(ingested_at) AS root_at, argMax(feature, version) AS feature, argMax(session_id, version) AS session_id,
        argMax(prompt_version, version) AS prompt_version
      FROM spans PREWHERE ${rootReach} AND parent_span_id = '' WHERE trace_id IN (${traces}) GROUP BY project, trace_id
    ) AS root ON root.project = call.project AND root.trace_id = call.trace_id
    LEFT JOIN (
      SELECT DISTINCT project, trace_id, span_id FROM log_records WHERE ${reach} AND trace_id IN (${traces})
    ) AS logged ON logged.project = call.project AND logged.trace_id = call.trace_id AND logged.span_id = call.span_id
    LEFT JOIN (
      SELECT project, time, trace_id, span_id, argMax(decision, version) AS decision FROM scoring_decisions
      WHERE ${reach} AND trace_id IN (${traces}) GROUP BY project, time, trace_id, span_id
    ) AS known ON known.project = call.project AND known.time = call.time AND known.trace_id = call.trace_id AND known.span_id = call.span_id
    WHERE call.status = 'ok' AND call.erased = 0
      AND (known.decision IS NULL OR (known.decision = 'no_content' AND has_content = 1))
      AND (call.stored_at <= now_at - INTERVAL ${waitSeconds} SECOND
        OR (has_content = 1 AND root.root_at <= now_at - INTERVAL ${rootSeconds} SECOND))
    ORDER BY call.time DESC, call.trace_id, call.span_id LIMIT {limit:UInt32}`;
  return clickhouse.alone(() => clickhouse.query<Candidate>(statement, { ...range, limit }));
}

/** A version of a prompt and a model within a feature; what is told apart as new or old. */
export interface CallVersion {
  readonly feature: string;
  readonly prompt_version: string;
  readonly model: string;
}

/** Versions with at least `calls` calls in the last 30 days: everything else is new. */
export async function settledVersions(clickhouse: ClickHouse, project: string, calls: number): Promise<CallVersion[]> {
  return clickhouse.query<CallVersion>(
    `SELECT feature, prompt_version, model FROM hour_rollup FINAL
    WHERE project = {project:String} AND hour >= now() - INTERVAL 30 DAY
    GROUP BY feature, prompt_version, model HAVING sum(hour_rollup.calls) >= {calls:UInt64}`,
    { project, calls },
  );
}

/** The words of a call, as stored with its span. */
export interface ContentRow {
  readonly time_ns: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly status: 'ok' | 'error';
  readonly finish_reason: string;
  readonly system: string;
  readonly input: string;
  readonly output: string;
  readonly has_output: number;
  readonly tool_calls: string;
  readonly tools: readonly string[];
  readonly expected: string;
}

/** Where the facts of some calls of one project are: their ids, and the times between which to look. */
interface Whereabouts {
  readonly [name: string]: unknown;
  readonly project: string;
  readonly traceIds: readonly string[];
}

/** Log records and retrievals of a call lie within this around it: a trace lasts a day at most. */
const around = 'INTERVAL 1 DAY';

export function whereabouts(keys: readonly SpanKey[]): Whereabouts {
  let from = keys[0]?.time ?? 0n;
  let to = from;
  for (const { time } of keys) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return {
    project: keys[0]?.project ?? '',
    from,
    to,
    traceIds: [...new Set(keys.map(({ traceId }) => traceId))],
    spanIds: [...new Set(keys.map(({ spanId }) => spanId))],
  };
}

const ofTraces = `project = {project:String} AND trace_id IN {traceIds:Array(String)}`;
const between = (margin: string): string =>
  `time >= fromUnixTimestamp64Nano({from:Int64}) - ${margin} AND time <= fromUnixTimestamp64Nano({to:Int64}) + ${margin}`;

/** Contents of some calls of one project; the keys' times bound what is read. */
export async function contentsOf(clickhouse: ClickHouse, where: Whereabouts): Promise<ContentRow[]> {
  return clickhouse.query<ContentRow>(
    `SELECT toString(toUnixTimestamp64Nano(time)) AS time_ns, trace_id, span_id, status, finish_reason, system, input, output,
      has_output, tool_calls, tools, attributes['plimsoll.expected'] AS expected
    FROM spans FINAL
    WHERE ${ofTraces} AND ${between('INTERVAL 0 SECOND')} AND span_id IN {spanIds:Array(String)} AND erased = 0`,
    where,
  );
}

/** Log records of these calls, in the order in which they were sent. */
export async function logsOfCalls(clickhouse: ClickHouse, where: Whereabouts): Promise<LogRow[]> {
  return clickhouse.query<LogRow>(
    `SELECT trace_id, span_id, toString(toUnixTimestamp64Nano(time)) AS time_ns, name, severity, scope_name, body, attributes
    FROM log_records FINAL
    WHERE ${ofTraces} AND ${between(around)} AND span_id IN {spanIds:Array(String)}
    ORDER BY time, ordinal, record_id`,
    where,
  );
}

const isRetrieval = `kind IN ('retriever', 'reranker')`;

/**
 * What retrievers of these traces returned, in order: the context that answers are held against. Where they are is asked
 * first, of the kinds alone: FINAL reads what all spans of its range said.
 */
export async function passagesOf(
  clickhouse: ClickHouse,
  where: Whereabouts,
): Promise<{ trace_id: string; output: string }[]> {
  const [range] = await clickhouse.query<{ from: string; to: string }>(
    `SELECT toString(min(toUnixTimestamp64Nano(time))) AS from, toString(max(toUnixTimestamp64Nano(time))) AS to
    FROM spans PREWHERE ${isRetrieval} WHERE ${ofTraces} AND ${between(around)} HAVING count() > 0
    SETTINGS ignore_data_skipping_indices = 'by_trace'`,
    where,
  );
  if (range === undefined) return [];
  return clickhouse.query(
    `SELECT trace_id, output FROM spans FINAL
    WHERE ${ofTraces} AND ${between('INTERVAL 0 SECOND')} AND ${isRetrieval} AND output != ''
    ORDER BY start_time`,
    { ...where, ...range },
  );
}

// Each block has a name of its own: without one the store takes a block of equal rows for a repeat of an earlier one and drops
// it, and who says yes, no and yes again would have said no.
export const insertDecisions = (clickhouse: ClickHouse, rows: readonly DecisionRow[]): Promise<void> =>
  clickhouse.insertBlock('scoring_decisions', decisionColumns, rows, { token: randomUUID() });

export const insertScores = (clickhouse: ClickHouse, rows: readonly ScoreRow[]): Promise<void> =>
  clickhouse.insertBlock('scores', scoreColumns, rows, { token: randomUUID() });

interface StoredDecision {
  project: string;
  time_ns: string;
  trace_id: string;
  span_id: string;
  scorer: string;
  scorer_version: string;
  decision: Decision;
  outcome: Outcome;
  sample_p: number;
  p_head: number;
  u: number;
  stratum: string;
  policy_version: string;
  reason: string;
  expires_on: string;
  decided_us: string;
}

/** A stored decision with the moment it was written (microseconds of the store's clock). */
export interface DatedDecision extends DecisionRow {
  readonly decidedMicros: bigint;
}

const decisionOf = (row: StoredDecision): DatedDecision => ({
  project: row.project,
  time: BigInt(row.time_ns),
  traceId: row.trace_id,
  spanId: row.span_id,
  scorer: row.scorer,
  scorerVersion: row.scorer_version,
  decision: row.decision,
  outcome: row.outcome,
  sampleP: row.sample_p,
  pHead: row.p_head,
  u: row.u,
  stratum: row.stratum,
  policyVersion: row.policy_version,
  reason: row.reason,
  expiresOn: row.expires_on,
  decidedMicros: BigInt(row.decided_us),
});

const lastOf = (name: string): string => `argMax(${name}, version) AS ${name}`;
const lastDecision = [
  ...['decision', 'outcome', 'sample_p', 'p_head', 'u', 'stratum', 'policy_version', 'reason'].map(lastOf),
  'toString(argMax(expires_on, version)) AS expires_on',
  'toString(toUnixTimestamp64Micro(max(ingested_at))) AS decided_us',
].join(', ');

/**
 * Selected calls whose scoring has not ended, decided since a moment of the store's clock; newest calls first. Which these are
 * is asked first, by a hash of the key: nearly all have ended, and to hold all that was decided takes 700 bytes each.
 */
export async function pendingDecisions(
  clickhouse: ClickHouse,
  since: bigint,
  scorers: readonly string[],
  limit: number,
): Promise<DatedDecision[]> {
  if (scorers.length === 0) return [];
  const decided = `ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND scorer IN {scorers:Array(String)}
      AND scoring_decisions.decision != 'sampled_out'`;
  const key = 'project, time, trace_id, span_id, scorer, scorer_version';
  const rows = await clickhouse.query<StoredDecision>(
    `SELECT project, toString(toUnixTimestamp64Nano(time)) AS time_ns, trace_id, span_id, scorer, scorer_version, ${lastDecision}
    FROM scoring_decisions
    WHERE ${decided} AND cityHash64(${key}) IN (
      SELECT cityHash64(${key}) AS hash FROM scoring_decisions WHERE ${decided}
      GROUP BY hash HAVING argMax(scoring_decisions.outcome = 'pending', version))
    GROUP BY ${key}
    HAVING outcome = 'pending' AND decision = 'selected'
    ORDER BY time DESC, trace_id, span_id LIMIT {limit:UInt32}`,
    { since, scorers, limit },
  );
  return rows.map(decisionOf);
}

/** Decisions of calls that a user said no to since a moment, by scorer; they may have to be taken anew. */
export async function decisionsAfterThumbsDown(
  clickhouse: ClickHouse,
  since: bigint,
  scorers: readonly string[],
): Promise<DatedDecision[]> {
  if (scorers.length === 0) return [];
  const rows = await clickhouse.query<StoredDecision>(
    `SELECT project, toString(toUnixTimestamp64Nano(time)) AS time_ns, trace_id, span_id, scorer, scorer_version, ${lastDecision}
    FROM scoring_decisions
    WHERE scorer IN {scorers:Array(String)} AND (project, time, trace_id) IN (
      SELECT project, time, trace_id FROM scores
      WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND source = 'user' AND passed = 0)
    GROUP BY project, time, trace_id, span_id, scorer, scorer_version
    HAVING stratum != 'thumbsDown' AND decision != 'no_content'
    ORDER BY time DESC LIMIT 10000`,
    { since, scorers },
  );
  return rows.map(decisionOf);
}

/** Stored scores of these calls by these scorers, to be written again with a new probability. */
export async function scoresForReweighing(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
  scorers: readonly string[],
): Promise<
  { time_ns: string; trace_id: string; span_id: string; scorer: string; scorer_version: string; row: string }[]
> {
  return clickhouse.query(
    `SELECT toString(toUnixTimestamp64Nano(time)) AS time_ns, trace_id, span_id, scorer, scorer_version,
      toJSONString(map('session', session_id, 'label', label, 'reason', reason, 'source', source, 'fingerprint', judge_fingerprint,
        'value', ifNull(toString(value), ''), 'passed', ifNull(toString(passed), ''), 'cost', ifNull(toString(cost), ''),
        'durationMs', toString(duration_ms), 'expiresOn', toString(expires_on))) AS row
    FROM scores FINAL
    WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)} AND scorer IN {scorers:Array(String)} AND score_id = ''`,
    { project, traceIds, scorers },
  );
}
