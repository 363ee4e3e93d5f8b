import type { ClickHouse } from '@plimsoll/clickhouse';
import type { EntityManager } from 'typeorm';

export interface DriftNote {
  readonly id: string;
  readonly feature: string;
  readonly verdict: string;
  readonly headline: string;
  readonly created_at: Date;
}

/** Drift reports of a range that found something. */
export async function driftReports(
  manager: EntityManager,
  projectId: string,
  from: Date,
  to: Date,
): Promise<DriftNote[]> {
  return manager.query<DriftNote[]>(
    `SELECT id, feature, verdict, headline, created_at FROM drift_reports
     WHERE project_id = $1 AND created_at >= $2 AND created_at < $3
       AND verdict IN ('regression', 'change', 'input_mix_changed')
     ORDER BY created_at LIMIT 50`,
    [projectId, from, to],
  );
}

export interface CallsOfProvider {
  readonly provider: string;
  readonly n: number;
}

/** A feature's calls (or only the failed ones) of a range by provider. */
export async function providersOfCalls(
  clickhouse: ClickHouse,
  project: string,
  search: { readonly feature: string; readonly failedOnly: boolean; readonly from: Date; readonly to: Date },
): Promise<CallsOfProvider[]> {
  const { feature, failedOnly, from, to } = search;
  return clickhouse.query<CallsOfProvider>(
    `SELECT provider, toUInt32(uniq(span_id)) AS n FROM spans
     WHERE project = {project:String} AND time >= {from:DateTime64(6)} AND time < {to:DateTime64(6)}
       AND feature = {feature:String} AND provider != '' ${failedOnly ? "AND status = 'error'" : ''}
     GROUP BY provider ORDER BY n DESC`,
    { project, feature, from, to },
  );
}
