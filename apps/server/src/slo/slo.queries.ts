import type { ClickHouse } from '@plimsoll/clickhouse';
import type { DataSource } from 'typeorm';
import type { RunbookMatchers } from '@plimsoll/incidents';
import type { PointSeries, PointTotals } from '@plimsoll/slo';
import type { MinuteSpan } from './point-grain.js';
import { previewedSeries } from './point-sums.queries.js';
import { counted, pointFields } from './point-source.queries.js';
import type { PointsSubject } from './point-subjects.js';
import { previewStatement } from './slo-points.queries.js';

/** Series by group of a definition that is not stored, made from the spans as they are now; `''` is the whole. */
export async function previewSeries(
  clickhouse: ClickHouse,
  range: {
    readonly projectId: string;
    readonly from: Date;
    readonly to: Date;
    readonly excluded: readonly MinuteSpan[];
  },
  subject: PointsSubject,
  reads: readonly (keyof PointTotals)[] = pointFields,
): Promise<ReadonlyMap<string, PointSeries>> {
  const { sql, params } = previewStatement(subject);
  const source = {
    sql: `SELECT * FROM (${sql}) WHERE 1${counted(range, 'minute')}`,
    params: { ...params, project: range.projectId, from: range.from, to: range.to },
  };
  return previewedSeries(clickhouse, source, reads);
}

/** The open incident of each objective of a project, by objective id. */
export async function openIncidents(database: DataSource, projectId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ id: string; objective_id: string }[]>(
    `SELECT DISTINCT ON (objective_id) id, objective_id FROM incidents
     WHERE project_id = $1 AND resolved_at IS NULL AND merged_into IS NULL ORDER BY objective_id, opened_at DESC`,
    [projectId],
  );
  return new Map(rows.map((row) => [row.objective_id, row.id]));
}

/**
 * Start of the oldest minute with spans; null for an empty project. What is not in the rollup yet is dirty, and its
 * minutes are made for the present objectives anyway.
 */
export async function oldestMinute(clickhouse: ClickHouse, projectId: string): Promise<Date | null> {
  const [row] = await clickhouse.query<{ spans: number; unix: number }>(
    `SELECT count() AS spans, toUnixTimestamp(min(minute)) AS unix FROM minute_rollup
     WHERE project = {project:String}`,
    { project: projectId },
  );
  return row === undefined || row.spans === 0 ? null : new Date(row.unix * 1000);
}

/** Alerting objectives, of all projects, whose last self-test failed. */
export async function failedSelfTests(database: DataSource): Promise<number> {
  const [row] = await database.query<{ failed: number }[]>(
    `SELECT count(*)::int AS failed FROM objective_self_tests AS test
     JOIN objective_revisions AS revision ON revision.id = test.revision_id AND revision.superseded_at IS NULL
     JOIN objectives AS objective ON objective.id = revision.objective_id AND objective.retired_at IS NULL
     WHERE NOT test.ok AND revision.definition ->> 'alerting' = 'true'`,
  );
  return row?.failed ?? 0;
}

/** What the project's runbooks are for. */
export async function runbookMatchers(database: DataSource, projectId: string): Promise<RunbookMatchers[]> {
  const rows = await database.query<{ definition: RunbookMatchers }[]>(
    'SELECT definition FROM runbooks WHERE project_id = $1',
    [projectId],
  );
  return rows.map(({ definition }) => definition);
}
