import type { ClickHouse } from '@plimsoll/clickhouse';
import { emptyTotals, PointSeries, type PointColumns, type PointTotals } from '@plimsoll/slo';
import type { MinuteSpan } from './point-grain.js';
import { groupedBy } from './grouped.js';
import {
  counted,
  paramsOf,
  pointColumns,
  pointFields,
  type PointsOf,
  type PointSource,
  pointSource,
} from './point-source.queries.js';

type Field = keyof PointTotals;

/** A sum as JSON may carry it: money as digits of 1e-12, since it may pass 2^53. */
function sumOf(field: Field): string {
  const sum = `sum(p.${pointColumns[field]})`;
  return `${field === 'cost' ? `toString(toInt128(${sum} * 1000000000000))` : sum} AS ${nameOf(field)}`;
}

/** What a sum is called in the answer; never as its column, which the query reads as well. */
function nameOf(field: Field): string {
  return field === 'cost' ? 'cost_pico' : `sum_of_${field}`;
}

const sums = pointFields.map(sumOf).join(', ');

/** Sums of a row of a query that selects them. */
export function totalsOf(row: Readonly<Record<string, unknown>>, fields: readonly Field[] = pointFields): PointTotals {
  const totals: Record<string, number | bigint> = { ...emptyTotals };
  for (const field of fields) {
    const value = row[nameOf(field)];
    totals[field] = field === 'cost' ? BigInt(typeof value === 'string' ? value : 0) : Number(value ?? 0);
  }
  return totals as unknown as PointTotals;
}

/** Points within a range of instants that are whole minutes. */
export interface PointsRange extends PointsOf {
  readonly from: Date;
  readonly to: Date;
}

function edgesOf({ from, to }: PointsRange): [number, number] {
  return [from.getTime() / 60_000, to.getTime() / 60_000];
}

type GroupRow = { group_key: string; at: number[] } & Record<string, unknown[]>;
type StretchRow = GroupRow & { objective: string };

/** Series by objective and group. */
export type SeriesByGroup = ReadonlyMap<string, ReadonlyMap<string, PointSeries>>;

/**
 * Sums between neighbouring edges (minutes since the epoch), as series whose points stand at the start of each stretch.
 * Whatever begins and ends at an edge has the same sums as from single minutes. Only the sums in `reads` are fetched, the
 * others are 0: most objectives need two of thirteen. Hours from `finestFrom` on are read minute by minute.
 */
export async function stretchesOf(
  clickhouse: ClickHouse,
  of: PointsOf,
  edges: readonly number[],
  reads: readonly Field[],
  finestFrom: number,
): Promise<SeriesByGroup> {
  const ordered = [...new Set(edges)].toSorted((a, b) => a - b);
  const source = pointSource(of, reads, ordered, finestFrom);
  // One row a group and stratum, not one a stretch: the keys are most of the text.
  const rows = await clickhouse.query<StretchRow>(
    `SELECT objective, group_key, ${columnSelect(reads)}
     FROM (
       SELECT objective, group_key, stratum, toUInt32(roundDown(unix, {edges:Array(UInt32)})) AS at, ${reads.map(sumOf).join(', ')}
       FROM ${source.sql} AS p GROUP BY objective, group_key, stratum, at) AS s
     GROUP BY objective, group_key, stratum`,
    { ...source.params, edges: ordered.map((minute) => minute * 60) },
  );
  const objectives = groupedBy(rows, ({ objective }) => objective);
  return new Map([...objectives].map(([objective, own]) => [objective, seriesOf(own, reads)]));
}

/** Times (seconds, `s.at`) and sums of `s` as arrays in the order of time. */
function columnSelect(reads: readonly Field[]): string {
  const names = reads.map(nameOf);
  const values = names.map(
    (name) => `arraySort((value, key) -> key, groupArray(s.${name}), groupArray(s.at)) AS ${name}`,
  );
  return `arraySort(groupArray(at)) AS at, ${values.join(', ')}`;
}

/** Series by group of rows that have a group, a stratum each, and the columns of `columnSelect`. */
function seriesOf(rows: readonly GroupRow[], reads: readonly Field[]): ReadonlyMap<string, PointSeries> {
  const groups = groupedBy(rows, (row) => row.group_key);
  return new Map(
    [...groups].map(([key, strata]) => [key, PointSeries.ofColumns(strata.map((row) => columnsOf(row, reads)))]),
  );
}

/** Series by group, minute by minute, of a source of points that are not stored. */
export async function previewedSeries(
  clickhouse: ClickHouse,
  source: PointSource,
  reads: readonly Field[],
): Promise<ReadonlyMap<string, PointSeries>> {
  const rows = await clickhouse.query<GroupRow>(
    `SELECT group_key, ${columnSelect(reads)}
     FROM (
       SELECT group_key, stratum, toUInt32(toUnixTimestamp(minute)) AS at, ${reads.map(sumOf).join(', ')}
       FROM (${source.sql}) AS p GROUP BY group_key, stratum, at) AS s
     GROUP BY group_key, stratum`,
    source.params,
  );
  return seriesOf(rows, reads);
}

function columnsOf(row: GroupRow, reads: readonly Field[]): PointColumns {
  const minutes = row.at.map((seconds) => seconds / 60);
  const counted = reads.filter((field) => field !== 'cost').map((field) => [field, row[nameOf(field)] ?? []] as const);
  if (!reads.includes('cost')) return { minutes, counted: Object.fromEntries(counted) };
  return {
    minutes,
    counted: Object.fromEntries(counted),
    cost: (row['cost_pico'] ?? []).map((each) => BigInt(String(each))),
  };
}

/**
 * Hash of the points of each objective within some spans: another hash means other sums. `-` for no points at all.
 * A row that was written again as it was has the same hash, so recomputing a neighbour's minute changes nothing here.
 */
export async function marksOf(
  clickhouse: ClickHouse,
  of: PointsOf,
  spans: readonly MinuteSpan[],
  reads: readonly Field[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  const within = (span: MinuteSpan): string => `unix >= ${span.from * 60} AND unix < ${span.to * 60}`;
  const hashes = spans.map((span) => `toString(sumIf(hash, ${within(span)}))`).join(', ');
  const rows = await clickhouse.query<{ objective: string; marks: string[] }>(
    `SELECT objective, [${hashes}] AS marks FROM (
       SELECT objective, toUnixTimestamp(minute) AS unix,
         cityHash64(group_key, stratum, unix, ${reads.map((field) => pointColumns[field]).join(', ')}) AS hash
       FROM sli_points FINAL
       WHERE project = {project:String} AND objective IN {objectives:Array(String)}
         AND minute >= {from:DateTime} AND minute < {to:DateTime}${counted(of, 'minute')})
     GROUP BY objective`,
    { ...paramsOf(of), from: new Date(from * 60_000), to: new Date(to * 60_000) },
  );
  return new Map(rows.map((row) => [row.objective, row.marks]));
}

export interface RevisionTotals {
  readonly revisionId: string;
  readonly groupKey: string;
  readonly stratum: string;
  readonly totals: PointTotals;
}

/** Sums of whole objectives over a range, by stratum. */
export async function windowTotals(clickhouse: ClickHouse, range: PointsRange): Promise<RevisionTotals[]> {
  const source = pointSource(range, pointFields, edgesOf(range));
  const rows = await clickhouse.query<
    { objective: string; group_key: string; stratum: string } & Record<string, unknown>
  >(
    `SELECT objective, group_key, stratum, ${sums} FROM ${source.sql} AS p
     GROUP BY objective, group_key, stratum ORDER BY objective, group_key, stratum`,
    source.params,
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
  const [from, to] = edgesOf(range);
  const edges = [to];
  for (let edge = from; edge < to; edge += bucketSeconds / 60) edges.push(edge);
  const source = pointSource(range, pointFields, edges);
  const rows = await clickhouse.query<{ objective: string; stratum: string; bucket: number } & Record<string, unknown>>(
    `SELECT objective, stratum, intDiv(unix - toUnixTimestamp({from:DateTime}), {bucket:UInt32}) AS bucket, ${sums}
     FROM ${source.sql} AS p WHERE p.group_key = '' GROUP BY objective, stratum, bucket ORDER BY objective, bucket, stratum`,
    { ...source.params, bucket: bucketSeconds },
  );
  return rows.map((row) => ({
    revisionId: row.objective,
    start: range.from.getTime() + row.bucket * bucketSeconds * 1000,
    stratum: row.stratum,
    totals: totalsOf(row),
  }));
}
