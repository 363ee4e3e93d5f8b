import type { ClickHouse } from '@plimsoll/clickhouse';
import { seconds, type TimeRange } from './incident-evidence.queries.js';
import type { SliEvents } from './sli-events.queries.js';

export interface ScorerVersionRow {
  readonly version: string;
  /** The first call that it scored. */
  readonly first: string;
}

/** Versions of a scorer that scored calls of a range, in the order in which they began. */
export async function scorerVersions(
  clickhouse: ClickHouse,
  project: string,
  scorer: string,
  range: TimeRange,
): Promise<ScorerVersionRow[]> {
  return clickhouse.query<ScorerVersionRow>(
    `SELECT scorer_version AS version, min(time) AS first FROM scores FINAL
     WHERE project = {project:String} AND scorer = {scorer:String} AND span_id != ''
       AND time >= {from:DateTime} AND time < {to:DateTime}
     GROUP BY version ORDER BY first, version`,
    { project, scorer, ...seconds(range) },
  );
}

export interface ScoredCallRow {
  readonly trace_id: string;
  readonly span_id: string;
  /** Nanoseconds since the epoch, as digits. */
  readonly time_ns: string;
  /** Badness as its score of that time says it. */
  readonly x: number;
}

/** Some calls of an objective, the same at every asking. */
export async function scoredCalls(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
  limit: number,
): Promise<ScoredCallRow[]> {
  return clickhouse.query<ScoredCallRow>(
    `SELECT trace_id, span_id, toString(toUnixTimestamp64Nano(time)) AS time_ns, x FROM ${events.sql}
     ORDER BY cityHash64(trace_id, span_id) LIMIT {limit:UInt32}`,
    { ...events.params, ...seconds(range), limit },
  );
}
