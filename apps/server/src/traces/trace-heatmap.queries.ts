import type { ClickHouse } from '@plimsoll/clickhouse';
import type { TraceHeatmapQuery } from '@plimsoll/contract';
import { type Condition, durationMs, tracesByQuality } from './trace-condition.queries.js';

type Measure = TraceHeatmapQuery['measure'];

export interface HeatmapRow {
  t: number;
  /** Lower edge of the band; null for traces without the value. */
  edge: number | null;
  count: number;
  errors: number;
}

/** Traces that match, by time and by the band that their value falls into. `edges` ascend from 0. */
export async function heatmapCells(
  clickhouse: ClickHouse,
  condition: Condition,
  measure: Measure,
  edges: readonly number[],
  bucketSeconds: number,
): Promise<HeatmapRow[]> {
  const band = (value: string) => `roundDown(toFloat64(${value}), {edges:Array(Float64)})`;
  const [source, edge] =
    measure === 'duration'
      ? ['traces FINAL', `toNullable(${band(durationMs)})`]
      : [
          `(SELECT * FROM traces FINAL WHERE ${condition.sql}) AS traces LEFT JOIN (${tracesByQuality}) AS scored USING trace_id`,
          `if(quality IS NULL, NULL, ${band('assumeNotNull(quality)')})`,
        ];
  return clickhouse.query<HeatmapRow>(
    `SELECT toUInt32(intDiv(toUnixTimestamp(start_time), {bucket:UInt32}) * {bucket:UInt32}) AS t, ${edge} AS edge,
       toUInt32(count()) AS count, toUInt32(countIf(status = 'error')) AS errors
     FROM ${source} ${measure === 'duration' ? `WHERE ${condition.sql}` : ''} GROUP BY t, edge ORDER BY t, edge`,
    { ...condition.params, edges, bucket: bucketSeconds },
  );
}

export interface DifferenceRow {
  dimension: string;
  value: string;
  selected: number;
  rest: number;
}

const compared = `[('feature', toString(feature)), ('customer', toString(customer)), ('team', toString(team)),
  ('environment', toString(environment)), ('release', toString(release)), ('status', toString(status))]`;

/** Traces with each value of each attribute, within a selection and outside of it. */
export async function differences(
  clickhouse: ClickHouse,
  all: Condition,
  selection: Condition,
): Promise<DifferenceRow[]> {
  const params = { ...all.params, ...renamed(selection) };
  const chosen = `trace_id IN (SELECT trace_id FROM traces FINAL WHERE ${ofSelection(selection)})`;
  return clickhouse.query<DifferenceRow>(
    `SELECT dimension, value, toUInt32(countIf(chosen)) AS selected, toUInt32(countIf(NOT chosen)) AS rest
     FROM (
       SELECT ${chosen} AS chosen, arrayJoin(arrayConcat(${compared}, [('', '')],
         arrayMap(model -> ('model', toString(model)), models),
         arrayMap(provider -> ('provider', toString(provider)), providers))) AS pair,
         pair.1 AS dimension, pair.2 AS value
       FROM traces FINAL WHERE ${all.sql})
     WHERE dimension = '' OR value != '' GROUP BY dimension, value
     UNION ALL
     SELECT 'promptVersion' AS dimension, toString(prompt_version) AS value,
       toUInt32(uniqExactIf(trace_id, ${chosen})) AS selected, toUInt32(uniqExactIf(trace_id, NOT ${chosen})) AS rest
     FROM spans
     WHERE project = {project:String} AND time >= {from:DateTime64(9)} AND time < {to:DateTime64(9)} + INTERVAL 1 DAY
       AND prompt_version != '' AND trace_id IN (SELECT trace_id FROM traces FINAL WHERE ${all.sql})
     GROUP BY prompt_version`,
    params,
  );
}

/** Parameters of the selection stand beside those of the whole search, so they carry names of their own. */
function renamed({ params }: Condition): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [`selected_${name}`, value]));
}

function ofSelection({ sql }: Condition): string {
  return sql.replaceAll(/\{(\w+):/g, '{selected_$1:');
}
