import type { DataSource } from 'typeorm';

/** What a project says about its retention itself; null where it says nothing. */
export interface RetentionRow {
  readonly id: string;
  readonly span_retention_days: number | null;
  readonly rest_retention_days: number | null;
  /** What held until the last change; null days are for ever, a null time means that it never changed. */
  readonly retention_days_before: number | null;
  readonly retention_changed_at: Date | null;
}

export function readRetentions(dataSource: DataSource): Promise<RetentionRow[]> {
  return dataSource.query<RetentionRow[]>(
    `SELECT id, span_retention_days, rest_retention_days, retention_days_before, retention_changed_at FROM projects`,
  );
}
