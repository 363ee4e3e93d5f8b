import type { ClickHouse } from '@plimsoll/clickhouse';
import { type ArrivalMark, slotSeconds } from './dirty-minutes.js';

/** Rows whose minute is a function of their own time: name of the table and of that time, in nanoseconds. */
const sources = [
  { table: 'spans', time: 'time' },
  { table: 'scores', time: 'time' },
  { table: 'scoring_decisions', time: 'time' },
  { table: 'outcomes', time: 'occurred_at' },
] as const;

/** A trace's minutes are dirty for this long after its start at most, when its inherited fields change. */
const inheritedMinutes = 24 * 60;

/**
 * An outcome counts in the minute of its last event alone: one that arrives changes the minutes of the earlier events of
 * its key as well, whatever their age.
 */
const earlierOutcomes = `
    SELECT 'outcomes' AS source, project, toStartOfMinute(occurred_at) AS minute, latest AS arrived_at,
      cityHash64('earlier', occurred_at, latest) AS hash
    FROM outcomes INNER JOIN (
      SELECT project, name, outcome_key, max(ingested_at) AS latest FROM outcomes WHERE ingested_at >= since
      GROUP BY project, name, outcome_key
    ) AS arrived USING (project, name, outcome_key)
    WHERE ingested_at < latest
      AND (project, name, outcome_key) IN (SELECT project, name, outcome_key FROM outcomes WHERE ingested_at >= since)`;

/**
 * What arrived since a moment of the store's clock (microseconds), by table, project, minute and arrival slot, with a hash over
 * the arrived rows: the sum of a hash of both times, which changes with each row that comes or goes. Ids would cost five
 * times as much to read, for rows that are read again in each pass. Read without FINAL: a copy that a merge removed changes
 * the hash, and one needless recompute is cheap.
 */
export async function arrivalsSince(clickhouse: ClickHouse, sinceMicros: bigint): Promise<ArrivalMark[]> {
  const rows = sources.map(
    ({ table, time }) => `
    SELECT '${table}' AS source, project, toStartOfMinute(${time}) AS minute, ingested_at AS arrived_at,
      cityHash64(${time}, ingested_at) AS hash
    FROM ${table} WHERE ingested_at >= since`,
  );
  const inherited = `
    SELECT 'traces' AS source, project, arrayJoin(timeSlots(toDateTime(toStartOfMinute(start_time), 'UTC'),
        toUInt32(least(dateDiff('second', toStartOfMinute(start_time), end_time), ${(inheritedMinutes - 1) * 60})), 60)) AS minute,
      inherited_at AS arrived_at, cityHash64('traces', trace_id, inherited_at) AS hash
    FROM traces WHERE inherited_at >= since`;
  return clickhouse.query<ArrivalMark>(
    `WITH fromUnixTimestamp64Micro({since:Int64}, 'UTC') AS since
    SELECT source, project, toUnixTimestamp(minute) AS minute, intDiv(toUnixTimestamp(arrived_at), ${slotSeconds}) AS slot,
      count() AS rows,
      toString(sum(hash)) AS mark
    FROM (${[...rows, earlierOutcomes, inherited].join('\n    UNION ALL')})
    GROUP BY source, project, minute, slot`,
    { since: sinceMicros - (sinceMicros % BigInt(slotSeconds * 1_000_000)) },
  );
}
