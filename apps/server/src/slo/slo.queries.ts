import type { ClickHouse } from '@plimsoll/clickhouse';
import type { DataSource } from 'typeorm';
import { emptyTotals, type PointTotals, type SliPoint } from '@plimsoll/slo';
import { type PointsSubject, previewStatement } from './slo-points.queries.js';

interface TotalsRow {
  population: number;
  eligible: number;
  bad: number;
  sum_w: number;
  sum_wx: number;
  sum_w2: number;
  sum_w2x: number;
  sum_w2x2: number;
  /** Units of 1e-12, as digits: a sum of money may pass 2^53. */
  cost_pico: string;
  outcomes: number;
  selected: number;
  settled: number;
  excluded: number;
}

const summed = ['population', 'eligible', 'bad', 'sum_w', 'sum_wx', 'sum_w2', 'sum_w2x', 'sum_w2x2'] as const;
const summedAlso = ['outcomes', 'selected', 'settled', 'excluded'] as const;
const picoOf = (expression: string): string => `toString(toInt128(${expression} * 1000000000000))`;
const sums = [
  ...summed.map((name) => `sum(p.${name}) AS ${name}`),
  `${picoOf('sum(p.cost)')} AS cost_pico`,
  ...summedAlso.map((name) => `sum(p.${name}) AS ${name}`),
].join(', ');

const pointsWithin = `sli_points AS p FINAL
  WHERE p.project = {project:String} AND p.objective IN {objectives:Array(String)}
    AND p.minute >= {from:DateTime} AND p.minute < {to:DateTime}`;

function totalsOf(row: TotalsRow): PointTotals {
  return {
    population: row.population,
    eligible: row.eligible,
    bad: row.bad,
    sumW: row.sum_w,
    sumWx: row.sum_wx,
    sumW2: row.sum_w2,
    sumW2x: row.sum_w2x,
    sumW2x2: row.sum_w2x2,
    cost: BigInt(row.cost_pico),
    outcomes: row.outcomes,
    selected: row.selected,
    settled: row.settled,
    excluded: row.excluded,
  };
}

/** Column of each sum. */
const columnOf: Readonly<Record<keyof PointTotals, keyof TotalsRow>> = {
  population: 'population',
  eligible: 'eligible',
  bad: 'bad',
  sumW: 'sum_w',
  sumWx: 'sum_wx',
  sumW2: 'sum_w2',
  sumW2x: 'sum_w2x',
  sumW2x2: 'sum_w2x2',
  cost: 'cost_pico',
  outcomes: 'outcomes',
  selected: 'selected',
  settled: 'settled',
  excluded: 'excluded',
};

function sumOf(field: keyof PointTotals): string {
  const column = columnOf[field];
  return field === 'cost' ? `${picoOf('sum(p.cost)')} AS ${column}` : `sum(p.${column}) AS ${column}`;
}

function someTotalsOf(row: Partial<TotalsRow>, reads: readonly (keyof PointTotals)[]): PointTotals {
  const totals: Record<string, number | bigint> = { ...emptyTotals };
  for (const field of reads) {
    totals[field] = field === 'cost' ? BigInt(row.cost_pico ?? '0') : Number(row[columnOf[field]] ?? 0);
  }
  return totals as unknown as PointTotals;
}

export interface PointsRange {
  readonly projectId: string;
  readonly revisionIds: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

function paramsOf(range: PointsRange): Record<string, unknown> {
  return { project: range.projectId, objectives: range.revisionIds, from: range.from, to: range.to };
}

export interface GroupPoint extends SliPoint {
  readonly revisionId: string;
  readonly groupKey: string;
  /** Microseconds: when the statement that wrote the row began. */
  readonly version: bigint;
}

interface GroupPointKey {
  objective: string;
  group_key: string;
  stratum: string;
  unix: number;
  version: string;
}

function groupPointOf(row: GroupPointKey, totals: PointTotals): GroupPoint {
  return {
    ...totals,
    revisionId: row.objective,
    groupKey: row.group_key,
    stratum: row.stratum,
    minute: row.unix / 60,
    version: BigInt(row.version),
  };
}

/** Every point of some revisions within a range, minute by minute, in order. */
export async function pointsOf(clickhouse: ClickHouse, range: PointsRange): Promise<GroupPoint[]> {
  const rows = await clickhouse.query<GroupPointKey & TotalsRow>(
    `SELECT objective, group_key, stratum, toUnixTimestamp(minute) AS unix, ${summed.join(', ')},
       ${picoOf('cost')} AS cost_pico, ${summedAlso.join(', ')}, toString(version) AS version
     FROM ${pointsWithin} ORDER BY objective, group_key, minute, stratum`,
    paramsOf(range),
  );
  return rows.map((row) => groupPointOf(row, totalsOf(row)));
}

/**
 * Sums between neighbouring edges (minutes since the epoch), as points at the start of each stretch; the version is the
 * newest of the stretch. Whatever begins and ends at an edge has the same sums as from `pointsOf`. Only the sums in `reads`
 * are fetched, the others are 0: most objectives need two of thirteen.
 */
export async function stretchesOf(
  clickhouse: ClickHouse,
  range: Pick<PointsRange, 'projectId' | 'revisionIds'>,
  edges: readonly number[],
  reads: readonly (keyof PointTotals)[],
): Promise<GroupPoint[]> {
  const ordered = edges.toSorted((a, b) => a - b);
  const first = ordered[0] ?? 0;
  const last = ordered.at(-1) ?? 0;
  const rows = await clickhouse.query<GroupPointKey & Partial<TotalsRow>>(
    `SELECT objective, group_key, stratum, toUInt32(roundDown(toUnixTimestamp(p.minute), {edges:Array(UInt32)})) AS unix,
       ${reads.map(sumOf).join(', ')}, toString(max(p.version)) AS version
     FROM ${pointsWithin} GROUP BY objective, group_key, stratum, unix ORDER BY objective, group_key, unix, stratum
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    {
      ...paramsOf({ ...range, from: new Date(first * 60_000), to: new Date(last * 60_000) }),
      edges: ordered.map((minute) => minute * 60),
    },
  );
  return rows.map((row) => groupPointOf(row, someTotalsOf(row, reads)));
}

export interface RevisionTotals {
  readonly revisionId: string;
  readonly groupKey: string;
  readonly stratum: string;
  readonly totals: PointTotals;
}

/** Sums of whole objectives over a range, by stratum. */
export async function windowTotals(clickhouse: ClickHouse, range: PointsRange): Promise<RevisionTotals[]> {
  const rows = await clickhouse.query<TotalsRow & { objective: string; group_key: string; stratum: string }>(
    `SELECT objective, group_key, stratum, ${sums} FROM ${pointsWithin}
     GROUP BY objective, group_key, stratum ORDER BY objective, group_key, stratum`,
    paramsOf(range),
  );
  return rows.map((row) => ({
    revisionId: row.objective,
    groupKey: row.group_key,
    stratum: row.stratum,
    totals: totalsOf(row),
  }));
}

export interface BucketTotals {
  readonly revisionId: string;
  /** Start of the bucket, milliseconds since the epoch. */
  readonly start: number;
  readonly stratum: string;
  readonly totals: PointTotals;
}

/** Sums of the whole of some revisions in equal buckets counted from the range's start. */
export async function bucketTotals(
  clickhouse: ClickHouse,
  range: PointsRange,
  bucketSeconds: number,
): Promise<BucketTotals[]> {
  const rows = await clickhouse.query<TotalsRow & { objective: string; stratum: string; bucket: number }>(
    `SELECT objective, stratum,
       intDiv(toUnixTimestamp(minute) - toUnixTimestamp({from:DateTime}), {bucket:UInt32}) AS bucket, ${sums}
     FROM ${pointsWithin} AND p.group_key = '' GROUP BY objective, stratum, bucket ORDER BY objective, bucket, stratum`,
    { ...paramsOf(range), bucket: bucketSeconds },
  );
  return rows.map((row) => ({
    revisionId: row.objective,
    start: range.from.getTime() + row.bucket * bucketSeconds * 1000,
    stratum: row.stratum,
    totals: totalsOf(row),
  }));
}

/** Minutes of the whole of a definition that is not stored, made from the spans as they are now. */
export async function previewPoints(
  clickhouse: ClickHouse,
  range: { readonly projectId: string; readonly from: Date; readonly to: Date },
  subject: PointsSubject,
): Promise<SliPoint[]> {
  const { sql, params } = previewStatement(subject);
  const rows = await clickhouse.query<TotalsRow & { stratum: string; unix: number }>(
    `SELECT stratum, toUnixTimestamp(minute) AS unix, ${summed.join(', ')}, ${picoOf('cost')} AS cost_pico,
       ${summedAlso.join(', ')} FROM (${sql}) WHERE group_key = '' ORDER BY unix, stratum`,
    { ...params, project: range.projectId, from: range.from, to: range.to },
  );
  return rows.map((row) => ({ ...totalsOf(row), stratum: row.stratum, minute: row.unix / 60 }));
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
