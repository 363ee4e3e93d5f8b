import type { ClickHouse } from '@plimsoll/clickhouse';

/** The columns of `spans` that a measured export fills; the others keep their defaults. */
export interface MeasuredExportRow {
  readonly project: string;
  readonly trace_id: string;
  readonly span_id: string;
  /** ISO 8601, as the other times. */
  readonly time: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly finished: 1;
  readonly name: string;
  readonly kind: 'span';
  readonly service: string;
  readonly feature: string;
  readonly status: 'ok' | 'error';
  readonly error_type: string;
  /** Share of the exports that were measured. */
  readonly sample_p: number;
  readonly expires_on: string;
}

export function insertMeasuredExports(clickhouse: ClickHouse, rows: readonly MeasuredExportRow[]): Promise<void> {
  return clickhouse.insert('spans', rows);
}
