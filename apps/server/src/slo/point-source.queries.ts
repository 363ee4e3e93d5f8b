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
  const columns = fields.map((field) => pointColumns[field]).join(', ');
  const part = (table: string, time: string, hours: string): string =>
    `SELECT objective, group_key, stratum, toUnixTimestamp(${time}) AS unix, ${columns} FROM ${table} FINAL
      WHERE project = {project:String} AND objective IN {objectives:Array(String)} AND ${hours}
        AND ${time} >= {from:DateTime} AND ${time} < {to:DateTime}${counted(of, time)}`;
  const minutes = part('sli_points', 'minute', `toStartOfHour(minute) IN ${hourList(grain)}`);
  const hours = part('sli_hours', 'hour', grain.splitHours.length === 0 ? '1' : `hour NOT IN ${hourList(grain)}`);
  const parts = isAllSplit(grain) ? [minutes] : grain.splitHours.length === 0 ? [hours] : [minutes, hours];
  return {
    sql: `(${parts.join('\n UNION ALL ')})`,
    params: { ...paramsOf(of), from: new Date(grain.from * 60_000), to: new Date(grain.to * 60_000) },
  };
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
