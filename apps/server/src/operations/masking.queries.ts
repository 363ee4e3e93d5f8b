import type { ClickHouse } from '@plimsoll/clickhouse';

export interface MaskingCountRow {
  readonly project: string;
  /** `YYYY-MM-DD` of reception. */
  readonly day: string;
  readonly detector: string;
  readonly count: number;
  readonly expires_on: string;
}

export function insertMaskingCounts(clickhouse: ClickHouse, rows: readonly MaskingCountRow[]): Promise<void> {
  return clickhouse.insert('masking_counts', rows);
}

/** Findings of the last 30 days. */
export async function maskingCounts(clickhouse: ClickHouse, project: string): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ detector: string; times: string }>(
    `SELECT detector, toString(sum(count)) AS times
     FROM masking_counts
     WHERE project = {project:String} AND day > today() - 30
     GROUP BY detector
     ORDER BY detector`,
    { project },
  );
  return Object.fromEntries(rows.map(({ detector, times }) => [detector, Number(times)]));
}
