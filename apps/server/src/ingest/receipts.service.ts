import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Receipt } from '@plimsoll/contract';
import type { Signal } from '@plimsoll/otlp';
import type { Headers } from '../access/credentials.js';
import { GroupCommit, type RowsPart } from './group-commit.js';
import type { Accepted } from './ingest.service.js';
import { findReceipt, firstScoredAt, insertReceipts, type ReceiptRow } from './receipts.queries.js';
import { expiresOn } from './span-row.js';

const header = 'x-plimsoll-receipt';
const keptDays = 30;

/**
 * The id of the receipt that a sender asks for, null where it asks for none.
 * @throws PlimsollError `invalid_input` for an id that no receipt can have.
 */
export function receiptIdOf(headers: Headers): string | null {
  const id = headers[header];
  if (id === undefined) return null;
  if (typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id)) return id;
  throw new PlimsollError('invalid_input', `${header}: must be 1 to 100 letters, digits, or one of _ . : -`, {
    field: `header ${header}`,
  });
}

/** Written down for exports that ask: what was accepted, what was not and why, and when. */
@Injectable()
export class ReceiptsService {
  private readonly commits: GroupCommit<RowsPart<ReceiptRow>>;

  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {
    this.commits = new GroupCommit<RowsPart<ReceiptRow>>({
      insert: (parts) =>
        insertReceipts(
          clickhouse,
          parts.flatMap(({ rows }) => rows),
        ),
      maxRows: 1_000,
      maxDays: 1,
      connections: 1,
    });
  }

  /** Call after the export is stored. Resolves when the receipt can be read: a sender that asked for one gets it or sends again. */
  async write(project: string, id: string, signal: Signal, receivedAt: Date, accepted: Accepted): Promise<void> {
    const storedAt = new Date();
    const row: ReceiptRow = {
      project,
      receipt_id: id,
      signal,
      accepted: accepted.stored,
      rejected: Object.fromEntries(accepted.rejected),
      trace_ids: accepted.traceIds,
      received_at: receivedAt.toISOString(),
      stored_at: storedAt.toISOString(),
      expires_on: expiresOn(BigInt(storedAt.getTime()) * 1_000_000n, keptDays),
    };
    await this.commits.store([{ rows: [row], count: 1, days: new Set([0]) }]);
  }

  /** @throws PlimsollError `not_found` for an id that no stored export of this project carried. */
  async read(project: string, id: string): Promise<Receipt> {
    const row = await findReceipt(this.clickhouse, project, id);
    if (row === null) {
      throw new PlimsollError('not_found', `receipt "${id}": no stored export of this project carried it`, {
        field: 'id',
      });
    }
    return {
      id: row.receipt_id,
      signal: row.signal,
      accepted: row.accepted,
      rejected: Object.entries(row.rejected).map(([reason, count]) => ({ reason, count })),
      receivedAt: row.received_at,
      storedAt: row.stored_at,
      visibleAt: row.stored_at,
      scoredAt: await firstScoredAt(this.clickhouse, project, row.trace_ids),
    };
  }
}
