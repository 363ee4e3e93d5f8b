import type { PointTotals } from '@plimsoll/slo';
import { type MinuteSpan, type PointGrain, pointGrain } from './point-grain.js';

/** Columns of the sums, in `sli_points` and in `sli_hours`. */
export const pointColumns = {
  population: 'population',
  eligible: 'eligible',
  bad: 'bad',
  sumW: 'sum_w',
  sumWx: 'sum_wx',
  sumW2: 'sum_w2',
  sumW2x: 'sum_w2x',
  sumW2x2: 'sum_w2x2',
  cost: 'cost',
  outcomes: 'outcomes',
  selected: 'selected',
  settled: 'settled',
  excluded: 'excluded',
} as const satisfies Record<keyof PointTotals, string>;

export const pointFields = Object.keys(pointColumns) as (keyof PointTotals)[];

/** Points of which objectives, and what of their time does not count. */
export interface PointsOf {
  readonly projectId: string;
  readonly revisionIds: readonly string[];
  /** Exclusion windows: what lies within counts nowhere. */
  readonly excluded: readonly MinuteSpan[];
  /** Those of the objectives that count minutes in place of events: all minutes are expected. */
  readonly sliced?: readonly string[];
}

export interface PointSource {
  /** FROM-subquery with objective, group_key, stratum, `unix` (start of the minute or hour) and the columns asked for. */
  readonly sql: string;
  readonly params: Record<string, unknown>;
}

/** Sums that add up to those between any two of the edges (minutes since the epoch). */
export function pointSource(
  of: PointsOf,
  fields: readonly (keyof PointTotals)[],
  edges: readonly number[],
  finestFrom?: number,
): PointSource {
  const cut = of.excluded.flatMap(({ from, to }) => [from, to]);
  const [first, last] = [Math.min(...edges), Math.max(...edges)];
  const grain = pointGrain([...edges, ...cut.filter((edge) => edge > first && edge < last)], finestFrom);
  const sliced = of.sliced ?? [];
  // What is expected comes from the time itself; what was seen adds only what was bad.
  const columns = fields
    .map((field) =>
      sliced.length > 0 && field === 'eligible'
        ? `if(objective IN {sliced:Array(String)}, 0, ${pointColumns[field]}) AS ${pointColumns[field]}`
        : pointColumns[field],
    )
    .join(', ');
  const part = (table: string, time: string, hours: string): string =>
    `SELECT objective, group_key, stratum, toUnixTimestamp(${time}) AS unix, ${columns} FROM ${table} FINAL
      WHERE project = {project:String} AND objective IN {objectives:Array(String)} AND ${hours}
        AND ${time} >= {from:DateTime} AND ${time} < {to:DateTime}${counted(of, time)}`;
  const minutes = part('sli_points', 'minute', `toStartOfHour(minute) IN ${hourList(grain)}`);
  const hours = part('sli_hours', 'hour', grain.splitHours.length === 0 ? '1' : `hour NOT IN ${hourList(grain)}`);
  const parts = isAllSplit(grain) ? [minutes] : grain.splitHours.length === 0 ? [hours] : [minutes, hours];
  return {
    sql: `(${[...parts, ...(sliced.length > 0 ? expectedMinutes(of, fields, grain) : [])].join('\n UNION ALL ')})`,
    params: {
      ...paramsOf(of),
      ...(sliced.length > 0 ? { sliced } : {}),
      from: new Date(grain.from * 60_000),
      to: new Date(grain.to * 60_000),
    },
  };
}

/** Rows for all minutes of a range, by the hour where hours are read, of every group that has points in it. */
function expectedMinutes(of: PointsOf, fields: readonly (keyof PointTotals)[], grain: PointGrain): string[] {
  const groups = `(SELECT arrayJoin({sliced:Array(String)}) AS objective, '' AS group_key UNION DISTINCT
    SELECT DISTINCT objective, group_key FROM sli_points
    WHERE project = {project:String} AND objective IN {sliced:Array(String)}
      AND minute >= {from:DateTime} AND minute < {to:DateTime})`;
  const zero = (field: keyof PointTotals): string =>
    field === 'cost' ? 'toDecimal128(0, 12)' : field.startsWith('sum') ? 'toFloat64(0)' : 'toUInt64(0)';
  const rows = (times: string, minutes: number): string => {
    const columns = fields.map(
      (field) => `${field === 'eligible' ? `toUInt64(${minutes})` : zero(field)} AS ${pointColumns[field]}`,
    );
    return `SELECT objective, group_key, '' AS stratum, unix, ${columns.join(', ')}
      FROM ${groups} AS g CROSS JOIN (SELECT arrayJoin(${times}) AS unix) AS t
      WHERE unix >= ${grain.from * 60} AND unix < ${grain.to * 60}${counted(of, `toDateTime(unix, 'UTC')`)}`;
  };
  const starts = grain.splitHours.map((minute) => minute * 60);
  const firstHour = Math.floor(grain.from / 60) * 3600;
  const hours = `arrayMap(h -> toUInt32(h), arrayFilter(h -> NOT has([${starts.join(', ')}], h), range(${firstHour}, ${grain.to * 60}, 3600)))`;
  const minutes = `arrayFlatten(arrayMap(h -> arrayMap(m -> toUInt32(h + 60 * m), range(60)), [${starts.join(', ')}]))`;
  return starts.length === 0 ? [rows(hours, 60)] : [rows(hours, 60), rows(minutes, 1)];
}

/** Condition that what lies within an exclusion window does not meet. */
export function counted({ excluded }: Pick<PointsOf, 'excluded'>, time: string): string {
  if (excluded.length === 0) return '';
  return ` AND NOT arrayExists(w -> toUnixTimestamp(${time}) >= w.1 AND toUnixTimestamp(${time}) < w.2, ${spanList(excluded)})`;
}

export function paramsOf(of: PointsOf): Record<string, unknown> {
  return { project: of.projectId, objectives: of.revisionIds };
}

function spanList(spans: readonly MinuteSpan[]): string {
  return `[${spans.map(({ from, to }) => `(${Math.floor(from) * 60}, ${Math.ceil(to) * 60})`).join(', ')}]`;
}

function hourList({ splitHours }: PointGrain): string {
  return `(${splitHours.map((minute) => `toDateTime(${minute * 60}, 'UTC')`).join(', ')})`;
}

function isAllSplit({ from, to, splitHours }: PointGrain): boolean {
  return splitHours.length >= Math.ceil(to / 60) - Math.floor(from / 60);
}
