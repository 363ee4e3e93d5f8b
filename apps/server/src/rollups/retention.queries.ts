import type { DataSource } from 'typeorm';

/** What a project says about its retention itself; null where it says nothing. */
export interface RetentionRow {
  readonly id: string;
  readonly span_retention_days: number | null;
  readonly rest_retention_days: number | null;
}

export function readRetentions(dataSource: DataSource): Promise<RetentionRow[]> {
  return dataSource.query<RetentionRow[]>('SELECT id, span_retention_days, rest_retention_days FROM projects');
}
