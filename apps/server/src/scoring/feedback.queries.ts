import type { ClickHouse } from '@plimsoll/clickhouse';

export interface FeedbackRow {
  project: string;
  feedback_id: string;
  trace_id: string;
  span_id: string;
  kind: string;
  value: number | null;
  comment: string;
  user_id: string;
  /** ISO 8601, microseconds. */
  at: string;
  expires_on: string;
}

export type StoredFeedback = Omit<FeedbackRow, 'project' | 'expires_on'>;

const columns = 'feedback_id, trace_id, span_id, kind, value, comment, user_id, at';

export const insertFeedback = (clickhouse: ClickHouse, rows: readonly FeedbackRow[]): Promise<void> =>
  clickhouse.insert('feedback', rows);

/** Signals that were stored before under these ids. */
export async function knownFeedback(
  clickhouse: ClickHouse,
  project: string,
  ids: readonly string[],
): Promise<StoredFeedback[]> {
  if (ids.length === 0) return [];
  return clickhouse.query<StoredFeedback>(
    `SELECT ${columns} FROM feedback FINAL WHERE project = {project:String} AND feedback_id IN {ids:Array(String)}
    ORDER BY at LIMIT 1 BY feedback_id`,
    { project, ids },
  );
}

/** Signals of these kinds about these traces, in the order in which they were given. */
export async function feedbackOfTraces(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
  kinds: readonly string[],
): Promise<StoredFeedback[]> {
  if (traceIds.length === 0) return [];
  return clickhouse.query<StoredFeedback>(
    `SELECT ${columns} FROM feedback FINAL
    WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)} AND kind IN {kinds:Array(String)}
    ORDER BY at, ingested_at`,
    { project, traceIds, kinds },
  );
}

export async function newestFeedback(
  clickhouse: ClickHouse,
  search: { readonly project: string; readonly from: Date; readonly to: Date; readonly limit: number },
  after: { readonly at: string; readonly id: string } | null,
): Promise<StoredFeedback[]> {
  const position = after === null ? '' : 'AND (at, feedback_id) < ({afterAt:DateTime64(6)}, {afterId:String})';
  return clickhouse.query<StoredFeedback>(
    `SELECT ${columns} FROM feedback FINAL
    WHERE project = {project:String} AND at >= {from:DateTime64(6)} AND at < {to:DateTime64(6)} ${position}
    ORDER BY at DESC, feedback_id DESC LIMIT {limit:UInt32}`,
    { ...search, ...(after === null ? {} : { afterAt: after.at, afterId: after.id }) },
  );
}

/**
 * Signals of the last hours of which no score exists: their span had not come. `since` in microseconds of the store's clock.
 * The spans that came in these hours are read only where a signal waits for one.
 */
export async function feedbackWithoutScore(
  clickhouse: ClickHouse,
  since: bigint,
  limit: number,
): Promise<(StoredFeedback & { project: string })[]> {
  const waiting = `FROM feedback FINAL
    WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND kind != 'comment'
      AND (project, trace_id, concat('user-', kind)) NOT IN (
        SELECT project, trace_id, scorer FROM scores WHERE source = 'user' AND ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC'))`;
  const [found] = await clickhouse.query<{ signals: number }>(`SELECT count() AS signals ${waiting}`, { since });
  if ((found?.signals ?? 0) === 0) return [];
  return clickhouse.query(
    `SELECT project, ${columns} ${waiting}
      AND (project, trace_id) IN (SELECT project, trace_id FROM spans WHERE ingested_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC'))
    ORDER BY at DESC LIMIT {limit:UInt32}`,
    { since, limit },
  );
}
