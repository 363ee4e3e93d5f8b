import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Cell } from '@plimsoll/incidents';
import type { MinuteSpan } from '../slo/point-grain.js';
import { counted } from '../slo/point-source.queries.js';
import { otherGroup } from '../slo/point-subjects.js';
import { eventDimensions, type SliEvents } from './sli-events.queries.js';

export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/** ClickHouse DateTime has whole seconds: a range is widened to them. */
export const seconds = ({ from, to }: TimeRange): { from: Date; to: Date } => ({
  from: new Date(Math.floor(from.getTime() / 1000) * 1000),
  to: new Date(Math.ceil(to.getTime() / 1000) * 1000),
});

export interface MinuteRow {
  readonly minute: string;
  readonly n: number;
  readonly sum_w: number;
  readonly sum_wx: number;
}

/** Events and badness by minute, or by a coarser step in seconds. */
export async function badnessByMinute(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
  stepSeconds = 60,
): Promise<MinuteRow[]> {
  return clickhouse.query<MinuteRow>(
    `SELECT toStartOfInterval(toDateTime(time, 'UTC'), toIntervalSecond({step:UInt32})) AS minute, count() AS n,
       sum(w) AS sum_w, sum(w * x) AS sum_wx
     FROM ${events.sql} GROUP BY minute ORDER BY minute`,
    { ...events.params, ...seconds(range), step: stepSeconds },
  );
}

/** Events of a range and how many of them were bad; sampled ones count by their weight, all together for as many as were seen. */
export async function totalsOf(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
): Promise<{ readonly n: number; readonly bad: number }> {
  const rows = await clickhouse.query<{ n: number; bad: number }>(
    `SELECT count() AS n, if(sum(w) > 0, sum(w * x) / sum(w) * count(), 0) AS bad FROM ${events.sql}`,
    { ...events.params, ...seconds(range) },
  );
  return rows[0] ?? { n: 0, bad: 0 };
}

/** Dimensions that cells are made of, besides those of the candidates. */
export const cellDimensions = ['feature', 'customer', 'provider', 'model', 'promptVersion', 'release'] as const;
export type CellDimension = (typeof cellDimensions)[number];

export type CellRow = { readonly [D in CellDimension]: string } & {
  readonly incident: number;
  readonly n: number;
  readonly sum_w: number;
  readonly sum_wx: number;
  readonly sum_w2: number;
};

/** Customers that keep a value of their own in cells; the others are one. */
const ownCustomers = 20;
export const otherCustomers = '(others)';

/** Counts of every combination of values before and after the onset; the events are read once. */
export async function countCells(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
  onset: Date,
): Promise<CellRow[]> {
  const names = cellDimensions.map((name) => `cell_${name}`);
  const dimensions = cellDimensions.map((name) => `toString(${eventDimensions[name]}) AS cell_${name}`);
  const shown = names.map((name) =>
    name === 'cell_customer' ? `if(place <= ${ownCustomers}, cell_customer, '${otherCustomers}') AS customer` : name,
  );
  const grouped = names.map((name) => (name === 'cell_customer' ? 'customer' : name));
  const rows = await clickhouse.query<Record<string, string> & Omit<CellRow, CellDimension>>(
    `SELECT incident, ${shown.join(', ')}, sum(cell.n) AS n, sum(cell.sum_w) AS sum_w, sum(cell.sum_wx) AS sum_wx,
       sum(cell.sum_w2) AS sum_w2
     FROM (
       SELECT *, dense_rank() OVER (ORDER BY customer_bad DESC, cell_customer) AS place
       FROM (
         SELECT *, sum(bad) OVER (PARTITION BY cell_customer) AS customer_bad
         FROM (
           SELECT time >= {onset:DateTime64(3)} AS incident, ${dimensions.join(', ')}, count() AS n, sum(w) AS sum_w,
             sum(w * x) AS sum_wx, sum(w * w) AS sum_w2, sum(x) AS bad
           FROM ${events.sql} GROUP BY incident, ${names.join(', ')}))) AS cell
     GROUP BY incident, ${grouped.join(', ')}`,
    { ...events.params, ...seconds(range), onset },
  );
  return rows.map((row) => {
    const named = Object.fromEntries(
      cellDimensions.map((name) => [name, row[name === 'customer' ? name : `cell_${name}`] ?? '']),
    );
    const { incident, n, sum_w, sum_wx, sum_w2 } = row;
    return { ...(named as Record<CellDimension, string>), incident, n, sum_w, sum_wx, sum_w2 };
  });
}

/** Sets the values of a cell apart; no name has it. */
const cellSeparator = '\u001f';

/** The events of some of the cells that `countCells` counted, with the same onset. */
export function eventsOfCells(
  events: SliEvents,
  counted: readonly Cell[],
  chosen: readonly Cell[],
  onset: Date,
): SliEvents {
  const valueOf = ({ attributes }: Cell, name: string): string => attributes[name] ?? '';
  const customers = [...new Set(counted.map((cell) => valueOf(cell, 'customer')))].filter(
    (name) => name !== otherCustomers,
  );
  const keys = chosen.map((cell) =>
    [cell.period === 'incident' ? '1' : '0', ...cellDimensions.map((name) => valueOf(cell, name))].join(cellSeparator),
  );
  const texts = cellDimensions.map((name) => {
    const text = `toString(${eventDimensions[name]})`;
    return name === 'customer' ? `if(has({cellCustomers:Array(String)}, ${text}), ${text}, '${otherCustomers}')` : text;
  });
  const key = `arrayStringConcat([toString(time >= {cellOnset:DateTime64(3)}), ${texts.join(', ')}], char(31))`;
  return {
    sql: `(SELECT * FROM ${events.sql} WHERE has({cells:Array(String)}, ${key}))`,
    params: { ...events.params, cellOnset: onset, cellCustomers: customers, cells: [...new Set(keys)] },
  };
}

export interface AffectedRow {
  readonly feature: string;
  readonly customer: string;
  readonly calls: number;
  readonly bad: number;
  readonly users: number;
  readonly cost: string;
}

export interface ImpactRow {
  readonly calls: number;
  readonly users: number;
  readonly cost: string;
}

/** Bad calls of an incident, who was hit, and the course around it. */
export interface Measures {
  readonly impact: ImpactRow;
  /** Worst first. */
  readonly affected: readonly AffectedRow[];
  readonly steps: readonly MinuteRow[];
}

interface MeasureRow extends MinuteRow, AffectedRow {
  readonly part: 'all' | 'who' | 'step';
  readonly bad_cost: string;
}

/** More than any chart has steps or table has rows. */
const mostOfAPart = 500;

/**
 * All that an incident counts, in one pass over its events: `shown` is what the chart shows, the incident begins at
 * `onset` within it and ends with it.
 */
export async function measureEvents(
  clickhouse: ClickHouse,
  events: SliEvents,
  shown: TimeRange & { readonly step: number },
  onset: Date,
): Promise<Measures> {
  const { from: begin } = seconds({ from: onset, to: shown.to });
  const rows = await clickhouse.query<MeasureRow>(
    `SELECT multiIf(grouping(minute) = 0, 'step', grouping(who) = 0, 'who', 'all') AS part, minute, count() AS n,
       sum(w) AS sum_w, sum(w * x) AS sum_wx, who.1 AS feature, who.2 AS customer, countIf(within) AS calls,
       countIf(within AND x > 0) AS bad, uniqExactIf(user_id, within AND x > 0 AND user_id != '') AS users,
       toString(sumIf(ifNull(event.cost, 0), within)) AS cost, toString(sumIf(ifNull(event.cost, 0), within AND x > 0)) AS bad_cost
     FROM (
       SELECT w, x, user_id, cost, time >= {begin:DateTime} AS within, (toString(feature), toString(customer)) AS who,
         toStartOfInterval(toDateTime(time, 'UTC'), toIntervalSecond({step:UInt32})) AS minute
       FROM ${events.sql}) AS event
     GROUP BY GROUPING SETS ((minute), (who), ())
     HAVING part != 'who' OR bad > 0
     ORDER BY part, if(part = 'who', bad, 0) DESC, minute, feature, customer LIMIT ${mostOfAPart} BY part`,
    { ...events.params, ...seconds(shown), begin, step: shown.step },
  );
  const of = (part: MeasureRow['part']): MeasureRow[] => rows.filter((row) => row.part === part);
  const [all] = of('all');
  return {
    impact: { calls: all?.bad ?? 0, users: all?.users ?? 0, cost: all?.bad_cost ?? '0' },
    affected: of('who'),
    steps: of('step'),
  };
}

export interface ExemplarRow {
  readonly bad: number;
  readonly trace_id: string;
  readonly span_id: string;
  readonly time: string;
  readonly feature: string;
  readonly customer: string;
  readonly prompt_version: string;
  readonly model: string;
  readonly reason: string;
  readonly latency_ms: number | null;
  readonly cost: string | null;
}

/** The newest bad calls, and the newest good ones of the same features. */
export async function findExemplars(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
  limit: number,
): Promise<ExemplarRow[]> {
  const rows = await clickhouse.query<ExemplarRow>(
    `SELECT bad, trace_id, span_id, time, toString(feature) AS feature, toString(customer) AS customer,
       toString(prompt_version) AS prompt_version, model, reason, latency_ms, toString(cost) AS cost
     FROM (SELECT *, x >= 0.5 AS bad FROM ${events.sql})
     ORDER BY bad DESC, time DESC LIMIT {limit:UInt32} BY bad, feature`,
    { ...events.params, ...seconds(range), limit },
  );
  const hit = new Set(rows.filter(({ bad }) => bad === 1).map(({ feature }) => feature));
  return rows.filter(({ feature }) => hit.has(feature));
}

export interface ContentRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly input: string;
  readonly output: string;
}

/** Input and output of a few spans, cut to what a card shows. */
export async function readContent(
  clickhouse: ClickHouse,
  project: string,
  spans: readonly { readonly trace_id: string; readonly span_id: string }[],
  range: TimeRange,
): Promise<ContentRow[]> {
  if (spans.length === 0) return [];
  return clickhouse.query<ContentRow>(
    `SELECT trace_id, span_id, input, substringUTF8(output, 1, 2000) AS output FROM spans FINAL
     WHERE project = {project:String} AND time >= {from:DateTime} AND time < {to:DateTime}
       AND trace_id IN {traces:Array(String)} AND span_id IN {spans:Array(String)}`,
    {
      project,
      ...seconds(range),
      traces: spans.map(({ trace_id }) => trace_id),
      spans: spans.map(({ span_id }) => span_id),
    },
  );
}

/** The cost that nine of ten requests stay below, as decimal text. */
export async function costQuantile(clickhouse: ClickHouse, events: SliEvents, range: TimeRange): Promise<string> {
  const rows = await clickhouse.query<{ limit: string }>(
    `SELECT toString(ifNull(quantileExact(0.9)(cost), 0)) AS limit FROM ${events.sql}`,
    { ...events.params, ...seconds(range) },
  );
  return rows[0]?.limit ?? '0';
}

/** Whose points: a revision, and the values of its group-by in the order of the definition; none for the whole. */
export interface PointsKey {
  readonly project: string;
  readonly revisionId: string;
  readonly group: readonly (readonly [dimension: string, value: string])[];
  /** What does not count. */
  readonly excluded: readonly MinuteSpan[];
}

/** Condition of the points of a key; the group's text is made by the store, as the points' was. */
function pointsOf({ project, revisionId, group, excluded }: PointsKey): {
  sql: string;
  params: Record<string, unknown>;
} {
  const params: Record<string, unknown> = { project, objective: revisionId };
  const pairs = group.map(([dimension, value], index) => {
    params[`dimension${index}`] = dimension;
    params[`value${index}`] = value;
    return `{dimension${index}:String}, {value${index}:String}`;
  });
  const key = pairs.length === 0 ? `''` : `toJSONString(map(${pairs.join(', ')}))`;
  const isOther = group.length > 0 && group.every(([, value]) => value === otherGroup);
  const sql = `project = {project:String} AND objective = {objective:String}
       AND group_key ${isOther ? `IN ('${otherGroup}', ${key})` : `= ${key}`}
       AND minute >= {from:DateTime} AND minute < {to:DateTime}${counted({ excluded }, 'minute')}`;
  return { sql, params };
}

/** Scored calls and those that could have been. */
export async function coverageOf(
  clickhouse: ClickHouse,
  key: PointsKey,
  range: TimeRange,
): Promise<{ readonly scored: number; readonly population: number }> {
  const { sql, params } = pointsOf(key);
  const rows = await clickhouse.query<{ scored: number; population: number }>(
    `SELECT sum(eligible) AS scored, sum(population) AS population FROM sli_points FINAL WHERE ${sql}`,
    { ...params, ...seconds(range) },
  );
  return rows[0] ?? { scored: 0, population: 0 };
}

export interface SparkRow {
  readonly t: string;
  readonly sum_w: number;
  readonly sum_wx: number;
  readonly cost: number;
  readonly outcomes: number;
}

/** The sums of an objective by coarse steps, from its points: cheap enough for every row of a list. */
export async function sparkOf(
  clickhouse: ClickHouse,
  key: PointsKey,
  range: TimeRange,
  stepSeconds: number,
): Promise<SparkRow[]> {
  const { sql, params } = pointsOf(key);
  return clickhouse.query<SparkRow>(
    `SELECT toStartOfInterval(minute, toIntervalSecond({step:UInt32})) AS t, sum(p.sum_w) AS sum_w, sum(p.sum_wx) AS sum_wx,
       toFloat64(sum(p.cost)) AS cost, sum(p.outcomes) AS outcomes
     FROM sli_points AS p FINAL WHERE ${sql} GROUP BY t ORDER BY t`,
    { ...params, ...seconds(range), step: stepSeconds },
  );
}
