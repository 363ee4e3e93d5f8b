import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EntityManager } from 'typeorm';
import { effectiveSpans } from '../rollups/effective-spans.queries.js';

/** One call of a window, without its words. */
export interface SampledCall {
  readonly time_ns: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly prompt_version: string;
  readonly model: string;
  readonly sample_p: number;
}

export interface SampleRange {
  readonly project: string;
  readonly feature: string;
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
}

/** Of so many spans to each one that is wanted a look takes the sample; where its feature is rarer the next has as many times more. */
const spansLookedAt = 20;

/**
 * Answered calls of a feature within [from, to): all of them, or a uniform sample of `limit`, the same at every asking.
 * `first` takes the earliest instead.
 */
export async function sampledCalls(
  clickhouse: ClickHouse,
  range: SampleRange,
  order: 'uniform' | 'first' = 'uniform',
): Promise<SampledCall[]> {
  if (order === 'first') return callsBelow(clickhouse, range, 1, 'time, trace_id, span_id');
  const { project, from, to, limit } = range;
  const [stored] = await clickhouse.query<{ spans: number }>(
    'SELECT count() AS spans FROM spans WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime}',
    { project, from, to },
  );
  if (stored === undefined || stored.spans === 0) return [];
  for (let share = (spansLookedAt * limit) / stored.spans; ; share *= spansLookedAt) {
    const calls = await callsBelow(clickhouse, range, share, sampleHash);
    if (calls.length >= limit || share >= 1) return calls;
  }
}

const sampleHash = 'cityHash64(trace_id, span_id)';

/** The first calls by an order, of those whose hash lies within the lowest `share` of all: a sample is a beginning of these. */
async function callsBelow(
  clickhouse: ClickHouse,
  range: SampleRange,
  share: number,
  order: string,
): Promise<SampledCall[]> {
  const columns = `time, trace_id, span_id, kind, status, feature, prompt_name, prompt_version, response_model, request_model, sample_p`;
  const chosen = share < 1 ? `${sampleHash} < {below:UInt64}` : undefined;
  const statement = `SELECT toString(toUnixTimestamp64Nano(time)) AS time_ns, trace_id, span_id, prompt_version,
      if(response_model != '', response_model, request_model) AS model, sample_p
    FROM ${effectiveSpans(columns, chosen)}
    WHERE kind = 'generation' AND status = 'ok' AND feature = {feature:String}
    ORDER BY ${order} LIMIT {limit:UInt32}`;
  const below = share < 1 ? { below: BigInt(Math.floor(share * 2 ** 32)) << 32n } : {};
  return clickhouse.alone(() => clickhouse.query<SampledCall>(statement, { ...range, ...below }));
}

export interface ScoreOfCall {
  readonly trace_id: string;
  readonly span_id: string;
  readonly scorer: string;
  readonly value: number | null;
  readonly label: string;
  readonly passed: number | null;
}

/**
 * The newest score of each of these calls by each rule scorer or judge. Only the base stratum: what was drawn for being
 * suspicious would make a shift of its own.
 */
export async function scoresOfCalls(
  clickhouse: ClickHouse,
  range: { readonly project: string; readonly from: Date; readonly to: Date },
  traceIds: readonly string[],
): Promise<ScoreOfCall[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<ScoreOfCall>(
    `SELECT trace_id, span_id, scorer, value, label, passed FROM scores FINAL
    WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)}
      AND trace_id IN {traceIds:Array(String)} AND source IN ('rule', 'judge') AND stratum = 'base'
    ORDER BY version DESC LIMIT 1 BY trace_id, span_id, scorer`,
    { ...range, traceIds },
  );
}

/** The features of each project that had calls in the last days, busiest first. */
export async function busyFeatures(
  clickhouse: ClickHouse,
  days: number,
  limit: number,
): Promise<{ project: string; feature: string }[]> {
  return clickhouse.query(
    `SELECT project, feature FROM hour_rollup FINAL
    WHERE hour >= now() - toIntervalDay({days:UInt32}) AND feature != ''
    GROUP BY project, feature HAVING sum(calls) >= 30 ORDER BY project, sum(calls) DESC LIMIT {limit:UInt32} BY project`,
    { days, limit },
  );
}

/** Watches features that nobody has decided about; a name that exists, hidden or not, stays as it is. */
export async function insertMonitors(
  manager: EntityManager,
  wanted: readonly { readonly project: string; readonly feature: string }[],
): Promise<void> {
  if (wanted.length === 0) return;
  await manager.query(
    `INSERT INTO drift_monitors (project_id, name, feature, reference, reference_days, current_hours)
    SELECT projects.id, wanted.feature, wanted.feature, 'rolling', 7, 24
    FROM unnest($1::text[], $2::text[]) AS wanted(project, feature) JOIN projects ON projects.id::text = wanted.project
    WHERE NOT EXISTS (
      SELECT 1 FROM drift_monitors WHERE drift_monitors.project_id = projects.id AND drift_monitors.feature = wanted.feature)
    ON CONFLICT (project_id, name) DO NOTHING`,
    [wanted.map(({ project }) => project), wanted.map(({ feature }) => feature)],
  );
}
