import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Indicator } from '@plimsoll/contract';
import type { EntityManager } from 'typeorm';
import { seconds, type TimeRange } from './incident-evidence.queries.js';
import type { SliEvents } from './sli-events.queries.js';

export interface CallStep {
  readonly t: string;
  readonly calls: number;
  readonly error_ratio: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly spent: string;
  readonly priced: number;
}

/** Volume, errors, latency and money of calls by step, in one pass; `events` are judged by whether they failed. */
export async function callSteps(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange & { readonly step: number },
): Promise<CallStep[]> {
  return clickhouse.query<CallStep>(
    `SELECT toStartOfInterval(toDateTime(time, 'UTC'), toIntervalSecond({step:UInt32})) AS t, count() AS calls,
       if(sum(w) > 0, sum(w * x) / sum(w), NULL) AS error_ratio, quantileOrNull(0.5)(latency_ms) AS p50,
       quantileOrNull(0.95)(latency_ms) AS p95, toString(sum(ifNull(event.cost, 0))) AS spent, count(event.cost) AS priced
     FROM ${events.sql} AS event GROUP BY t ORDER BY t`,
    { ...events.params, ...seconds(range), step: range.step },
  );
}

export type QualityIndicator = Extract<Indicator, { kind: 'quality' }>;

/** How the project's quality objectives judge, one for each scorer, the oldest first. */
export async function qualityIndicators(manager: EntityManager, projectId: string): Promise<QualityIndicator[]> {
  const rows = await manager.query<{ indicator: QualityIndicator }[]>(
    `SELECT indicator FROM (
       SELECT DISTINCT ON (definition -> 'indicator' ->> 'scorer') definition -> 'indicator' AS indicator,
         revision.created_at
       FROM objective_revisions AS revision
       JOIN objectives AS objective ON objective.id = revision.objective_id AND objective.retired_at IS NULL
       WHERE revision.project_id = $1 AND revision.superseded_at IS NULL
         AND definition -> 'indicator' ->> 'kind' = 'quality'
       ORDER BY definition -> 'indicator' ->> 'scorer', revision.created_at) AS found
     ORDER BY created_at`,
    [projectId],
  );
  return rows.map(({ indicator }) => indicator);
}
