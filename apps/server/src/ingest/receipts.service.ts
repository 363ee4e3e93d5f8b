import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Receipt } from '@plimsoll/contract';
import type { Signal } from '@plimsoll/otlp';
import type { Headers } from '../access/credentials.js';
import { FreshnessService } from './freshness.service.js';
import { GroupCommit, type RowsPart } from './group-commit.js';
import { ingestMetrics } from './ingest-metrics.js';
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

export interface ReceivedExport {
  readonly project: string;
  /** Null where the sender asks for none. */
  readonly receiptId: string | null;
  readonly signal: Signal;
  readonly receivedAt: Date;
}

/** What became of exports: measured for all, and written down for those that ask: what was accepted, what not and why, when. */
@Injectable()
export class ReceiptsService {
  private readonly commits: GroupCommit<RowsPart<ReceiptRow>>;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(FreshnessService) private readonly freshness: FreshnessService,
  ) {
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

  /**
   * Call after an export is stored. Resolves when the receipt can be read: a sender that asked for one gets it or sends
   * again.
   */
  async settle({ project, receiptId, signal, receivedAt }: ReceivedExport, accepted: Accepted): Promise<void> {
    const storedAt = new Date();
    if (accepted.stored > 0 && signal !== 'metrics') {
      ingestMetrics.freshness.observe({ signal }, (storedAt.getTime() - receivedAt.getTime()) / 1000);
      this.freshness.note({ signal, receivedAt, endedAt: storedAt, stored: true });
    }
    if (receiptId === null) return;
    const row: ReceiptRow = {
      project,
      receipt_id: receiptId,
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

  /** Call when the store did not take an export, whose sender has to send it again. */
  failed({ signal, receivedAt }: Pick<ReceivedExport, 'signal' | 'receivedAt'>): void {
    this.freshness.note({ signal, receivedAt, endedAt: new Date(), stored: false });
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
