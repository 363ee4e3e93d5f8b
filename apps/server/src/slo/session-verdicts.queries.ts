import type { ClickHouse } from '@plimsoll/clickhouse';
import { ownVerdictFirst } from './event-expressions.queries.js';

/** Scores of a scorer that its sessions are told by: the newest ones, so that the reading stops early. */
const scoresAtMost = 10_000;
const sessionDays = 28;

/** What a scorer says of one answer. */
export interface Said {
  readonly passed: number | null;
  readonly value: number | null;
}

/** By scorer, what it said of the answers of each session. */
export type SessionVerdicts = ReadonlyMap<string, readonly (readonly Said[])[]>;

/** A trace is the session of a call that has none. */
export async function sessionVerdicts(
  clickhouse: ClickHouse,
  projectId: string,
  scorers: readonly string[],
): Promise<SessionVerdicts> {
  if (scorers.length === 0) return new Map();
  const params: Record<string, string> = { project: projectId };
  const parts = scorers.map((scorer, index) => {
    params[`scorer${index}`] = scorer;
    return `SELECT scorer, groupArray(said) AS sessions FROM (
        SELECT scorer, if(session_id != '', session_id, trace_id) AS session, groupArray((passed, value)) AS said
        FROM (
          SELECT scorer, session_id, trace_id, span_id, passed, value FROM (
            SELECT scorer, session_id, trace_id, span_id, passed, value, source, version FROM scores
            WHERE project = {project:String} AND scorer = {scorer${index}:String} AND span_id != ''
              AND time >= now() - INTERVAL ${sessionDays} DAY
            ORDER BY time DESC LIMIT ${scoresAtMost})
          ORDER BY ${ownVerdictFirst} LIMIT 1 BY trace_id, span_id)
        GROUP BY scorer, session)
      GROUP BY scorer`;
  });
  const rows = await clickhouse.query<{
    scorer: string;
    sessions: (readonly [passed: number | null, value: number | null])[][];
  }>(parts.join('\n UNION ALL '), params);
  return new Map(
    rows.map(({ scorer, sessions }) => [
      scorer,
      sessions.map((said) => said.map(([passed, value]) => ({ passed, value }))),
    ]),
  );
}
