import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Rescored } from '@plimsoll/incidents';
import type { DataSource } from 'typeorm';
import { seconds, type TimeRange } from './incident-evidence.queries.js';
import type { SliEvents } from './sli-events.queries.js';

export interface ScorerVersionRow {
  readonly version: string;
  /** Which judge: another model is another scorer, also where nobody changed its settings. Empty for rules. */
  readonly fingerprint: string;
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
    `SELECT scorer_version AS version, judge_fingerprint AS fingerprint, min(time) AS first FROM scores FINAL
     WHERE project = {project:String} AND scorer = {scorer:String} AND span_id != '' AND source IN ('rule', 'judge')
       AND time >= {from:DateTime} AND time < {to:DateTime}
     GROUP BY version, fingerprint ORDER BY first, version, fingerprint`,
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

/** Of which objective (hash of definition and group) a change was tried. */
export interface TrialKey {
  readonly projectId: string;
  readonly changeId: string;
  readonly subject: string;
}

export async function findTrial(database: DataSource, key: TrialKey): Promise<Rescored | null> {
  const rows = await database.query<{ calls: number; bad_before: number; bad_after: number }[]>(
    'SELECT calls, bad_before, bad_after FROM scorer_trials WHERE project_id = $1 AND change_id = $2 AND subject = $3',
    [key.projectId, key.changeId, key.subject],
  );
  const [row] = rows;
  return row === undefined ? null : { n: row.calls, badBefore: row.bad_before, badAfter: row.bad_after };
}

/** Keeps what was tried first, when two workers did. */
export async function keepTrial(database: DataSource, key: TrialKey, found: Rescored, cost: string): Promise<void> {
  await database.query(
    `INSERT INTO scorer_trials (project_id, change_id, subject, calls, bad_before, bad_after, cost)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [key.projectId, key.changeId, key.subject, found.n, found.badBefore, found.badAfter, cost],
  );
}
