import type { ClickHouse } from '@plimsoll/clickhouse';
import type { ErrorCode } from '@plimsoll/contract';
import type { Signal } from '@plimsoll/otlp';

export interface ReceiptRow {
  readonly project: string;
  readonly receipt_id: string;
  readonly signal: Signal;
  readonly accepted: number;
  /** Reason -> count. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Why nothing was taken: empty where it was. */
  readonly refused_code: ErrorCode | '';
  readonly refused_field: string;
  readonly refused_cause: string;
  readonly trace_ids: readonly string[];
  /** ISO 8601, as `stored_at`. */
  readonly received_at: string;
  /** When it was settled, also by a refusal: the newest receipt of an id stands. */
  readonly stored_at: string;
  readonly expires_on: string;
}

export function insertReceipts(clickhouse: ClickHouse, rows: readonly ReceiptRow[]): Promise<void> {
  return clickhouse.insert('receipts', rows);
}

type StoredReceipt = Omit<ReceiptRow, 'project' | 'expires_on'>;

/** The newest of this id. */
export async function findReceipt(clickhouse: ClickHouse, project: string, id: string): Promise<StoredReceipt | null> {
  const rows = await clickhouse.query<StoredReceipt>(
    `SELECT receipt_id, signal, accepted, rejected, refused_code, refused_field, refused_cause, trace_ids, received_at,
       stored_at
     FROM receipts
     WHERE project = {project:String} AND receipt_id = {id:String}
     ORDER BY receipts.stored_at DESC
     LIMIT 1`,
    { project, id },
  );
  return rows[0] ?? null;
}

/** When the first score of one of these traces was stored; null where there is none. */
export async function firstScoredAt(
  clickhouse: ClickHouse,
  project: string,
  traceIds: readonly string[],
): Promise<string | null> {
  if (traceIds.length === 0) return null;
  const rows = await clickhouse.query<{ first: string }>(
    `SELECT min(ingested_at) AS first FROM scores
     WHERE project = {project:String} AND trace_id IN {traceIds:Array(String)}
     HAVING count() > 0`,
    { project, traceIds },
  );
  return rows[0]?.first ?? null;
}
