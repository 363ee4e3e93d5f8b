import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type CanonicalSpan, PlimsollError, type Project, type Settings } from '@plimsoll/contract';
import type { PriceBook } from '@plimsoll/cost';
import {
  type BodyEncoding,
  capLogRecord,
  decodeLogs,
  decodeMetrics,
  type LogRecordEntry,
  maskLogRecord,
  maskSpan,
  type PartialSuccess,
  type RejectReason,
  type Signal,
  storeLogRecord,
} from '@plimsoll/otlp';
import type { MaskingPolicy } from '@plimsoll/masking';
import { PriceBooks } from '../cost/price-books.service.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { SETTINGS } from '../stores/settings.js';
import { cutRows, GroupCommit, type RowsPart } from './group-commit.js';
import { ingestMetrics } from './ingest-metrics.js';
import { insertLogRecords, insertSpans } from './ingest.queries.js';
import type { LogRow } from './log-row.js';
import type { SpanPart } from './span-block.js';
import { expiresOn, nanosecondsADay } from './span-row.js';
import { TalliesService } from './tallies.service.js';
import { TimeLimits } from './time-limits.js';
import { TraceRows } from './trace-rows.js';

const blockLimits = { maxRows: 32_768, maxDays: 50 };
/** Inserts that run at once. */
const connections = 2;
const traceIdsKept = 100;

const reasonTexts: Readonly<Record<RejectReason, string>> = {
  trace_id_invalid: 'trace id is not 16 bytes or all zero',
  span_id_invalid: 'span id is not 8 bytes or all zero',
  no_span: 'the log record belongs to no span',
  too_old: "older than the project's retention of spans",
  in_the_future: 'more than 10 minutes ahead of the clock here',
};

export interface Accepted {
  readonly stored: number;
  readonly rejected: ReadonlyMap<RejectReason, number>;
  readonly partial: PartialSuccess | null;
  /** At most the first 100. */
  readonly traceIds: readonly string[];
}

/** The bytes of an export, or who reads them: then nobody holds them once their rows are made. */
export type Body = Uint8Array | UnreadBody;

interface UnreadBody {
  readonly read: () => Promise<Uint8Array>;
  /** Frees the bytes that were read, where that need not be left to the collector. */
  readonly letGo: ((bytes: Uint8Array) => void) | undefined;
}

type ReadTraces = Pick<TraceRows, 'block' | 'rejected' | 'traceIds'>;

/** Decodes, maps, prices and stores what clients export. Resolves only after every accepted row is durable. */
@Injectable()
export class IngestService {
  private readonly spans: GroupCommit<SpanPart>;
  private readonly logs: GroupCommit<RowsPart<LogRow>>;

  constructor(
    @Inject(ClickHouse) clickhouse: ClickHouse,
    @Inject(TalliesService) private readonly tallies: TalliesService,
    @Inject(PriceBooks) private readonly prices: PriceBooks,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'maxTextBytes'>,
  ) {
    this.spans = new GroupCommit<SpanPart>({
      ...blockLimits,
      connections,
      insert: (parts) => {
        ingestMetrics.blockRows.observe(parts.reduce((sum, { count: rows }) => sum + rows, 0));
        return insertSpans(
          clickhouse,
          parts.map((part) => part.bytes),
          randomUUID(),
        );
      },
    });
    this.logs = new GroupCommit<RowsPart<LogRow>>({
      ...blockLimits,
      connections,
      insert: (parts) =>
        insertLogRecords(
          clickhouse,
          parts.flatMap(({ rows }) => rows),
          randomUUID(),
        ),
    });
  }

  /** @throws PlimsollError `invalid_input` for an unreadable body, `unavailable` when the store does not take it. */
  async accept(signal: Signal, body: Body, encoding: BodyEncoding, project: Project): Promise<Accepted> {
    if (signal === 'traces') return this.acceptTraces(body, encoding, project);
    const bytes = await bytesOf(body);
    if (signal === 'logs') return this.acceptLogs(bytes, encoding, project);
    const { dataPoints } = decodeMetrics(bytes, encoding);
    return answer(dataPoints, new Set(), new Map());
  }

  /** A body may wait seconds for its insert: what waits are its rows alone, the body is let go once it is read. */
  private async acceptTraces(body: Body, encoding: BodyEncoding, project: Project): Promise<Accepted> {
    return this.storeTraces(await this.readBody(body, encoding, project));
  }

  private async readBody(body: Body, encoding: BodyEncoding, project: Project): Promise<ReadTraces> {
    const bytes = await bytesOf(body);
    try {
      return await this.readTraces(bytes, encoding, project);
    } finally {
      if (!(body instanceof Uint8Array)) body.letGo?.(bytes);
    }
  }

  private async readTraces(bytes: Uint8Array, encoding: BodyEncoding, project: Project): Promise<ReadTraces> {
    const [book, policy] = await Promise.all([this.bookOf(project), this.masking.policyOf(project.id)]);
    const limits = new TimeLimits(Date.now(), project.spanRetentionDays);
    const mask = policy === null ? null : (span: CanonicalSpan) => this.mask(span, policy, project);
    const mostTextBytes = this.settings.maxTextBytes;
    const rows = new TraceRows(bytes, encoding, { project, book, limits, mask, mostTextBytes });
    while (rows.work()) await nextTurn();
    const { block, rejected, traceIds, unmapped, textsCut } = rows;
    if (textsCut > 0) ingestMetrics.textsCut.inc({ signal: 'traces' }, textsCut);
    this.tallies.noteUnmapped(project.id, unmapped);
    return { block, rejected, traceIds };
  }

  private async storeTraces({ block, rejected, traceIds }: ReadTraces): Promise<Accepted> {
    await this.spans.store(block.parts(blockLimits));
    block.release();
    ingestMetrics.stored.inc({ signal: 'traces' }, block.count);
    return answer(block.count, traceIds, rejected);
  }

  private async acceptLogs(bytes: Uint8Array, encoding: BodyEncoding, project: Project): Promise<Accepted> {
    const decoded = decodeLogs(bytes, encoding);
    const rejected = countReasons(decoded.rejected.map(({ reason }) => reason));
    const policy = await this.masking.policyOf(project.id);
    const limits = new TimeLimits(Date.now(), project.spanRetentionDays);
    const rows: LogRow[] = [];
    for (const [ordinal, record] of decoded.records.entries()) {
      const whole = this.maskRecord(storeLogRecord(record, ordinal), policy, project);
      const { value: entry, cut } = capLogRecord(whole, this.settings.maxTextBytes);
      if (cut > 0) ingestMetrics.textsCut.inc({ signal: 'logs' }, cut);
      const reason = entry.traceId === '' || entry.spanId === '' ? 'no_span' : limits.faultOf(Number(entry.timeNs));
      if (reason !== undefined) count(rejected, reason);
      else rows.push({ ...entry, project: project.id, expiresOn: expiresOn(entry.timeNs, project.spanRetentionDays) });
    }
    await this.logs.store(cutRows(rows, (row) => Number(row.timeNs / nanosecondsADay), blockLimits));
    ingestMetrics.stored.inc({ signal: 'logs' }, rows.length);
    return answer(rows.length, firstTraceIds(rows), rejected);
  }

  private mask(span: CanonicalSpan, policy: MaskingPolicy | null, project: Project): CanonicalSpan {
    if (policy === null) return span;
    const masked = maskSpan(span, policy);
    this.masking.note(project.id, masked.counts);
    return masked.span;
  }

  private maskRecord(record: LogRecordEntry, policy: MaskingPolicy | null, project: Project): LogRecordEntry {
    if (policy === null) return record;
    const masked = maskLogRecord(record, policy);
    this.masking.note(project.id, masked.counts);
    return masked.record;
  }

  private async bookOf(project: Project): Promise<PriceBook> {
    try {
      return await this.prices.bookOf(project.id);
    } catch (cause) {
      throw new PlimsollError('unavailable', 'prices cannot be read at the moment', { cause });
    }
  }
}

function answer(stored: number, traces: ReadonlySet<string>, rejected: Map<RejectReason, number>): Accepted {
  const traceIds = [...traces];
  const total = [...rejected.values()].reduce((sum, each) => sum + each, 0);
  if (total === 0) return { stored, rejected, partial: null, traceIds };
  const message = [...rejected].map(([reason, times]) => `${times} x ${reasonTexts[reason]}`).join('; ');
  return { stored, rejected, partial: { rejected: total, message }, traceIds };
}

async function bytesOf(body: Body): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : body.read();
}

function firstTraceIds(rows: readonly { readonly traceId: string }[]): Set<string> {
  const ids = new Set<string>();
  for (const { traceId } of rows) {
    ids.add(traceId);
    if (ids.size === traceIdsKept) break;
  }
  return ids;
}

function countReasons(reasons: readonly RejectReason[]): Map<RejectReason, number> {
  const counts = new Map<RejectReason, number>();
  for (const reason of reasons) count(counts, reason);
  return counts;
}

function count(counts: Map<RejectReason, number>, reason: RejectReason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
