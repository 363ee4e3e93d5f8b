import type { ClickHouse } from '@plimsoll/clickhouse';
import { spanChecksum } from './minute-rollup.queries.js';

export interface HourAuditRow {
  readonly project: string;
  /** Seconds since the epoch. */
  readonly hour: number;
}

/** Hours whose calls or cost over all groups are not what their minutes add up to. */
export async function differingHours(clickhouse: ClickHouse, window: AuditWindow): Promise<HourAuditRow[]> {
  return clickhouse.query<HourAuditRow>(
    `SELECT project, toUnixTimestamp(hour) AS hour
    FROM (
      SELECT project, toStartOfHour(minute) AS hour, sum(calls) AS minute_calls, sum(cost) AS minute_cost, 0 AS hour_calls,
        toDecimal128(0, 12) AS hour_cost, max(version) AS newest
      FROM minute_rollup FINAL WHERE minute >= {from:DateTime} AND minute < {to:DateTime}
      GROUP BY project, hour
      UNION ALL
      SELECT project, toStartOfHour(hour) AS start, 0, 0, sum(calls), sum(cost), 0
      FROM hour_rollup FINAL WHERE hour >= {from:DateTime} AND hour < {to:DateTime}
      GROUP BY project, start
    )
    GROUP BY project, hour
    HAVING (sum(minute_calls) != sum(hour_calls) OR sum(minute_cost) != sum(hour_cost)) AND max(newest) < {settled:Int64}
    ORDER BY project, hour`,
    { from: window.from, to: window.to, settled: window.settledMicros },
  );
}

export interface AuditRow {
  readonly project: string;
  /** Seconds since the epoch. */
  readonly minute: number;
  readonly raw_spans: number;
  readonly rollup_spans: number;
}

export interface AuditWindow {
  readonly from: Date;
  readonly to: Date;
  /** Minutes in which something arrived later than this are left out: their recompute may still be to come. */
  readonly settledMicros: bigint;
}

/** Minutes whose count or checksum over the raw rows is not what the rollup says; empty is the only good answer. */
export async function differingMinutes(clickhouse: ClickHouse, window: AuditWindow): Promise<AuditRow[]> {
  return clickhouse.query<AuditRow>(
    `SELECT project, toUnixTimestamp(minute) AS minute, sum(raw) AS raw_spans, sum(rolled) AS rollup_spans
    FROM (
      SELECT project, toStartOfMinute(time) AS minute, count() AS raw, 0 AS rolled, groupBitXor(${spanChecksum}) AS hash,
        max(ingested_at) AS newest
      FROM spans FINAL WHERE time >= {from:DateTime} AND time < {to:DateTime} AND finished = 1
      GROUP BY project, minute
      UNION ALL
      SELECT project, minute, 0, spans, checksum, toDateTime64(0, 6, 'UTC')
      FROM minute_rollup FINAL WHERE minute >= {from:DateTime} AND minute < {to:DateTime}
    )
    GROUP BY project, minute
    HAVING (sum(raw) != sum(rolled) OR groupBitXor(hash) != 0)
      AND max(newest) < fromUnixTimestamp64Micro({settled:Int64}, 'UTC')
    ORDER BY project, minute`,
    { from: window.from, to: window.to, settled: window.settledMicros },
  );
}
