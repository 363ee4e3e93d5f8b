import type { ClickHouse } from '@plimsoll/clickhouse';
import type { MinuteRange } from '../rollups/minute-recompute.js';
import { pointColumns } from './point-source.queries.js';

const hourMs = 3_600_000;
const columns = Object.values(pointColumns);

/** So many ids travel with a statement; of more objectives than that all hours of the range are rebuilt. */
const namedAtMost = 200;

/**
 * Rebuilds the hours that a range touches from their minutes, right after those were written, and whole: what a crash
 * leaves old is made again with the range that it belongs to. One statement, with zeros for keys that vanished.
 */
export async function recomputeHours(
  clickhouse: ClickHouse,
  range: MinuteRange,
  revisionIds: readonly string[],
): Promise<void> {
  const from = new Date(Math.floor(range.from.getTime() / hourMs) * hourMs);
  const to = new Date(Math.ceil(range.to.getTime() / hourMs) * hourMs);
  const named = revisionIds.length <= namedAtMost;
  const own = `project = {project:String}${named ? ' AND objective IN {objectives:Array(String)}' : ''}`;
  await clickhouse.command(
    `INSERT INTO sli_hours (project, hour, objective, group_key, stratum, ${columns.join(', ')}, expires_on, version)
     SELECT {project:String}, p.at AS hour, objective, group_key, stratum, ${columns.map((name) => `sum(p.${name})`).join(', ')},
       toDate(p.at) + 400, toUInt64(toUnixTimestamp64Micro(now64(6)))
     FROM (
       SELECT toStartOfHour(minute) AS at, objective, group_key, stratum, ${columns.join(', ')} FROM sli_points FINAL
       WHERE ${own} AND minute >= {from:DateTime} AND minute < {to:DateTime}
       UNION ALL
       SELECT hour, objective, group_key, stratum, ${columns.map((name) => (name === 'cost' ? 'toDecimal128(0, 12)' : '0')).join(', ')}
       FROM sli_hours FINAL WHERE ${own} AND hour >= {from:DateTime} AND hour < {to:DateTime}) AS p
     GROUP BY p.at, objective, group_key, stratum`,
    { project: range.projectId, from, to, ...(named ? { objectives: revisionIds } : {}) },
  );
}
