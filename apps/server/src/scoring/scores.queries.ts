import type { ClickHouse } from '@plimsoll/clickhouse';

export interface StoredScore {
  time_ns: string;
  time_iso: string;
  trace_id: string;
  span_id: string;
  session_id: string;
  scorer: string;
  scorer_version: string;
  score_id: string;
  value: number | null;
  label: string;
  passed: number | null;
  reason: string;
  source: 'rule' | 'judge' | 'human' | 'user';
  sample_p: number;
  stratum: string;
}

export interface ScoreSearch {
  readonly project: string;
  readonly from: Date;
  readonly to: Date;
  /** Empty means any, here and below. */
  readonly scorer: string;
  readonly traceId: string;
  readonly source: string;
  readonly passed: '' | 'true' | 'false';
  readonly limit: number;
}

/** Sort key of a score within a project. */
export type ScorePosition = readonly [
  timeNs: string,
  traceId: string,
  spanId: string,
  scorer: string,
  version: string,
  scoreId: string,
];

/** Newest subjects first. */
export async function newestScores(
  clickhouse: ClickHouse,
  search: ScoreSearch,
  after: ScorePosition | null,
): Promise<StoredScore[]> {
  const position =
    after === null
      ? ''
      : `AND (time, trace_id, span_id, scorer, scorer_version, score_id) < (fromUnixTimestamp64Nano({afterNs:Int64}),
        {afterTrace:String}, {afterSpan:String}, {afterScorer:String}, {afterVersion:String}, {afterId:String})`;
  return clickhouse.query<StoredScore>(
    `SELECT toString(toUnixTimestamp64Nano(time)) AS time_ns, time AS time_iso, trace_id, span_id, session_id, scorer, scorer_version,
      score_id, value, label, passed, reason, source, sample_p, stratum
    FROM scores FINAL
    WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)}
      AND ({scorer:String} = '' OR scorer = {scorer:String}) AND ({traceId:String} = '' OR trace_id = {traceId:String})
      AND ({source:String} = '' OR source = {source:String})
      AND ({passed:String} = '' OR passed = ({passed:String} = 'true')) ${position}
    ORDER BY time DESC, trace_id DESC, span_id DESC, scorer DESC, scorer_version DESC, score_id DESC LIMIT {limit:UInt32}`,
    {
      ...search,
      ...(after === null
        ? {}
        : {
            afterNs: after[0],
            afterTrace: after[1],
            afterSpan: after[2],
            afterScorer: after[3],
            afterVersion: after[4],
            afterId: after[5],
          }),
    },
  );
}

export interface KnownSpan {
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  time_ns: string;
  session_id: string;
  kind: string;
  sample_p: number;
}

/** The finished spans of these traces, by which a score or a signal finds its subject. */
export async function spansOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
): Promise<KnownSpan[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<KnownSpan>(
    `SELECT trace_id, span_id, parent_span_id, toString(toUnixTimestamp64Nano(time)) AS time_ns, session_id, kind, sample_p
    FROM spans FINAL WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)} AND finished = 1
    ORDER BY start_time`,
    { project, traceIds },
  );
}

export interface CoverageRow {
  scorer: string;
  eligible: number;
  scored: number;
  sampled_out: number;
  over_budget: number;
  failed: number;
  no_content: number;
  not_applicable: number;
  pending: number;
}

/** What became of every eligible call, by scorer; the counts add up to `eligible`. */
export async function coverage(
  clickhouse: ClickHouse,
  search: { readonly project: string; readonly from: Date; readonly to: Date; readonly feature: string },
): Promise<CoverageRow[]> {
  return clickhouse.query<CoverageRow>(
    `SELECT scorer, count() AS eligible, countIf(outcome = 'scored') AS scored, countIf(decision = 'sampled_out') AS sampled_out,
      countIf(decision = 'over_budget') AS over_budget, countIf(outcome = 'failed') AS failed,
      countIf(decision = 'no_content') AS no_content, countIf(outcome = 'not_applicable') AS not_applicable,
      countIf(outcome = 'pending') AS pending
    FROM (
      SELECT * FROM scoring_decisions FINAL
      WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} AND scorer != ''
        AND ({feature:String} = '' OR (trace_id, span_id) IN ${callsOfFeature})
      ORDER BY version DESC LIMIT 1 BY trace_id, span_id, time, scorer)
    GROUP BY scorer ORDER BY scorer`,
    search,
  );
}

const callsOfFeature = `(SELECT trace_id, span_id FROM spans WHERE project = {project:String}
  AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} AND feature = {feature:String})`;

export interface PassSums {
  scorer: string;
  n: number;
  sum_w: number;
  sum_wx: number;
  sum_w2: number;
}

/** Weighted sums of passes by scorer (w = 1 / sample_p, x = passed), of the newest score a subject. */
export async function passSums(
  clickhouse: ClickHouse,
  search: { readonly project: string; readonly from: Date; readonly to: Date; readonly feature: string },
): Promise<PassSums[]> {
  return clickhouse.query<PassSums>(
    `SELECT scorer, count() AS n, sum(w) AS sum_w, sum(w * passed) AS sum_wx, sum(w * w) AS sum_w2
    FROM (
      SELECT scorer, passed, 1 / if(sample_p > 0, sample_p, 1) AS w FROM scores FINAL
      WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} AND passed IS NOT NULL
        AND ({feature:String} = '' OR (trace_id, span_id) IN ${callsOfFeature})
      ORDER BY version DESC LIMIT 1 BY trace_id, span_id, time, scorer, score_id)
    GROUP BY scorer`,
    search,
  );
}
