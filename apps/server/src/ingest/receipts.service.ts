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
import { maskRefusal } from './refusal-text.js';
import { expiresOn } from './span-row.js';

const header = 'x-plimsoll-receipt';
const keptDays = 30;
/** Refusals whose senders come again and whose receipts are not written yet; what comes on top leaves none. */
const mostWaiting = 1_000;
const sentAgain: ReadonlySet<string> = new Set(['too_many_requests', 'unavailable']);
const nothing: Accepted = { stored: 0, rejected: new Map(), partial: null, traceIds: [] };

/**
 * The id of the receipt that a sender asks for, null where it asks for none.
 * @throws PlimsollError `invalid_input` for an id that no receipt can have.
 */
export function receiptIdOf(headers: Headers): string | null {
  const id = headers[header];
  if (id === undefined) return null;
  if (canBeId(id)) return id;
  throw new PlimsollError('invalid_input', `${header}: must be 1 to 100 letters, digits, or one of _ . : -`, {
    field: `header ${header}`,
  });
}

/** The same of an export that is refused anyway: an id that no receipt can have is as none. */
export function receiptIdOfRefused(headers: Headers): string | null {
  const id = headers[header];
  return canBeId(id) ? id : null;
}

function canBeId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id);
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
  private waiting = 0;

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
  async settle(received: ReceivedExport, accepted: Accepted): Promise<void> {
    const { signal, receivedAt } = received;
    const storedAt = new Date();
    if (accepted.stored > 0 && signal !== 'metrics') {
      ingestMetrics.freshness.observe({ signal }, (storedAt.getTime() - receivedAt.getTime()) / 1000);
      this.freshness.note({ signal, receivedAt, endedAt: storedAt, stored: true });
    }
    await this.write(received, storedAt, accepted, null);
  }

  /**
   * Call when an export was refused as a whole. Resolves when the receipt can be read, at once where the sender is told to
   * come again: what is overloaded waits for no receipt. Never throws: the answer tells the reason as well.
   */
  async refuse(received: ReceivedExport, refusal: PlimsollError): Promise<void> {
    if (received.receiptId === null || this.waiting >= mostWaiting) return;
    this.waiting += 1;
    const written = this.write(received, new Date(), nothing, refusal)
      .catch(() => undefined)
      .finally(() => (this.waiting -= 1));
    if (!sentAgain.has(refusal.code)) await written;
  }

  private async write(
    { project, receiptId, signal, receivedAt }: ReceivedExport,
    settledAt: Date,
    accepted: Accepted,
    refusal: PlimsollError | null,
  ): Promise<void> {
    if (receiptId === null) return;
    const row: ReceiptRow = {
      project,
      receipt_id: receiptId,
      signal,
      accepted: accepted.stored,
      rejected: Object.fromEntries(accepted.rejected),
      refused_code: refusal?.code ?? '',
      refused_field: maskRefusal(refusal?.field ?? ''),
      refused_cause: maskRefusal(refusal?.message ?? ''),
      trace_ids: accepted.traceIds,
      received_at: receivedAt.toISOString(),
      stored_at: settledAt.toISOString(),
      expires_on: expiresOn(BigInt(settledAt.getTime()) * 1_000_000n, keptDays),
    };
    await this.commits.store([{ rows: [row], count: 1, days: new Set([0]) }]);
  }

  /** Call when the store did not take an export, whose sender has to send it again. */
  failed({ signal, receivedAt }: Pick<ReceivedExport, 'signal' | 'receivedAt'>): void {
    this.freshness.note({ signal, receivedAt, endedAt: new Date(), stored: false });
  }

  /** @throws PlimsollError `not_found` for an id that no export of this project carried. */
  async read(project: string, id: string): Promise<Receipt> {
    const row = await findReceipt(this.clickhouse, project, id);
    if (row === null) {
      throw new PlimsollError('not_found', `receipt "${id}": no export of this project carried it`, {
        field: 'id',
      });
    }
    const refused = row.refused_code !== '';
    const storedAt = refused ? null : row.stored_at;
    return {
      id: row.receipt_id,
      signal: row.signal,
      accepted: row.accepted,
      rejected: Object.entries(row.rejected).map(([reason, count]) => ({ reason, count })),
      refused: refused
        ? {
            code: row.refused_code,
            field: row.refused_field === '' ? null : row.refused_field,
            cause: row.refused_cause,
          }
        : null,
      receivedAt: row.received_at,
      storedAt,
      visibleAt: storedAt,
      scoredAt: await firstScoredAt(this.clickhouse, project, row.trace_ids),
    };
  }
}
