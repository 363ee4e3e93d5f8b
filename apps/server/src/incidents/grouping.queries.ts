import type { ClickHouse } from '@plimsoll/clickhouse';
import type { SliEvents } from './sli-events.queries.js';
import { seconds, type TimeRange } from './incident-evidence.queries.js';

/** More traces say nothing more about how much two incidents share. */
const mostTraces = 5000;

/** Traces with a bad event, in the order of their ids, so that two incidents are cut alike. */
export async function badTraces(clickhouse: ClickHouse, events: SliEvents, range: TimeRange): Promise<string[]> {
  const rows = await clickhouse.query<{ trace_id: string }>(
    `SELECT DISTINCT trace_id FROM ${events.sql} WHERE x >= 0.5 ORDER BY trace_id LIMIT {limit:UInt32}`,
    { ...events.params, ...seconds(range), limit: mostTraces },
  );
  return rows.map(({ trace_id }) => trace_id);
}

/**
 * What nearly all bad events have in common: `provider:openai`, `model:m`, `pool:gpu-a`. A call ran on a GPU pool when the
 * engines of one pool alone served its model at that time: spans do not name pools.
 */
export async function sharedDependencies(
  clickhouse: ClickHouse,
  events: SliEvents,
  range: TimeRange,
  share: number,
): Promise<string[]> {
  const rows = await clickhouse.query<{ dependency: string }>(
    `WITH (SELECT sum(w * x) FROM ${events.sql}) AS bad
     SELECT concat(pair.1, ':', pair.2) AS dependency FROM (
       SELECT arrayJoin([('provider', toString(provider)), ('model', toString(model)), ('pool', ifNull(served.pool, ''))])
         AS pair, w, x
       FROM ${events.sql} AS event
       LEFT JOIN (
         SELECT toString(engine_samples.model) AS served_model, toString(any(engine_samples.pool)) AS pool
         FROM engine_samples
         WHERE project = {project:String} AND at >= {from:DateTime} - INTERVAL 1 HOUR AND at < {to:DateTime}
           AND engine_samples.pool != ''
         GROUP BY served_model HAVING uniqExact(engine_samples.pool) = 1
       ) AS served ON served.served_model = toString(event.model))
     WHERE pair.2 != '' GROUP BY dependency HAVING sum(w * x) > 0 AND sum(w * x) >= {share:Float64} * bad`,
    { ...events.params, ...seconds(range), share },
  );
  return rows.map(({ dependency }) => dependency);
}
