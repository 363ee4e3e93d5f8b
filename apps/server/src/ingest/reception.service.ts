import { Inject, Injectable, Logger } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import type { BodyEncoding, PartialSuccess, RejectReason, Signal } from '@plimsoll/otlp';
import type { Headers } from '../access/credentials.js';
import { KeyVerifier } from '../access/key-verifier.js';
import type { Principal } from '../http/principal.js';
import { Admission } from './admission.js';
import { HeldBytes } from './held-bytes.js';
import { ingestMetrics } from './ingest-metrics.js';
import { IngestService } from './ingest.service.js';
import { receiptIdOf, receiptIdOfRefused, ReceiptsService } from './receipts.service.js';
import type { Hold } from './request-body.js';
import { TalliesService } from './tallies.service.js';

/** One export request, whatever brought it. */
export interface ExportRequest {
  readonly signal: Signal;
  /** Path of HTTP, or service and method of gRPC. */
  readonly route: string;
  readonly headers: Headers;
  readonly encoding: BodyEncoding;
  /** Bytes that are known to come; 0 where nothing is announced. */
  readonly announcedBytes: number;
  /** The body, unpacked, told how much of it is held while it grows. Called only for a client that may send. */
  read(hold: Hold): Promise<Uint8Array>;
  /** Frees what `read` gave, once nobody reads it any more; absent where the bytes are not its own. */
  readonly letGo?: (bytes: Uint8Array) => void;
}

type RequestHead = Pick<ExportRequest, 'signal' | 'route' | 'headers'>;

/** A request that is refused as a whole. */
interface Refused {
  readonly request: RequestHead;
  readonly principal: Principal | null;
  readonly receivedAt: Date;
}

/** What in a span or log record is at fault, in the words of OTLP/JSON. */
const rejectedFields: Readonly<Record<RejectReason, string>> = {
  trace_id_invalid: 'traceId',
  span_id_invalid: 'spanId',
  no_span: 'spanId',
  too_old: 'endTimeUnixNano',
  in_the_future: 'endTimeUnixNano',
};

/** Lets export requests in or refuses them, the same way over HTTP and gRPC, and keeps account of what was refused. */
@Injectable()
export class ReceptionService {
  private readonly logger = new Logger('ingest');

  constructor(
    @Inject(KeyVerifier) private readonly keys: KeyVerifier,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(TalliesService) private readonly tallies: TalliesService,
    @Inject(ReceiptsService) private readonly receipts: ReceiptsService,
  ) {}

  /**
   * Resolves when everything that was accepted is durable; with what was refused inside the request, null for nothing.
   * @throws PlimsollError, whatever goes wrong.
   */
  async receive(request: ExportRequest): Promise<PartialSuccess | null> {
    const receivedAt = new Date();
    let principal: Principal | null = null;
    try {
      principal = await this.verify(request.headers);
      const { partial, rejected } = await this.accept(request, principal, receivedAt);
      for (const [reason, count] of rejected) {
        const field = rejectedFields[reason];
        this.note(request, principal, { reason, field, detail: partial?.message ?? '', count });
      }
      return partial;
    } catch (error) {
      const known = this.explain(error);
      await this.settleRefused({ request, principal, receivedAt }, known);
      throw known;
    }
  }

  /** Keeps account of a request that did not get as far as `receive`. */
  async refused(request: RequestHead, error: PlimsollError): Promise<void> {
    const receivedAt = new Date();
    const principal = await this.keys.verify(request.headers, 'ingest').catch(() => null);
    await this.settleRefused({ request, principal, receivedAt }, error);
  }

  private async settleRefused({ request, principal, receivedAt }: Refused, error: PlimsollError): Promise<void> {
    this.note(request, principal, { reason: error.code, field: error.field ?? '', detail: error.message, count: 1 });
    // Without a project there is nobody to read a receipt.
    if (principal === null) return;
    const { signal, headers } = request;
    const receiptId = receiptIdOfRefused(headers);
    await this.receipts.refuse({ project: principal.project.id, receiptId, signal, receivedAt }, error);
  }

  private async accept(request: ExportRequest, principal: Principal, receivedAt: Date) {
    const { id } = principal.project;
    const receiptId = receiptIdOf(request.headers);
    const { signal } = request;
    this.admission.check(principal, receivedAt.getTime());
    const held = new HeldBytes(this.admission.inFlight, id);
    try {
      held.are(request.announcedBytes);
      const accepted = await this.store(request, principal, receivedAt, held);
      // Metrics are read and dropped: they cost no rows and become visible nowhere.
      if (signal !== 'metrics') this.admission.charge(principal, accepted.stored, Date.now());
      await this.receipts.settle({ project: id, receiptId, signal, receivedAt }, accepted);
      return accepted;
    } finally {
      held.release();
    }
  }

  private async store(request: ExportRequest, principal: Principal, receivedAt: Date, held: HeldBytes) {
    const { signal, encoding } = request;
    let taken = false;
    const read = async () => {
      const bytes = await request.read((ofBody) => held.are(ofBody));
      held.are(bytes.length);
      taken = true;
      return bytes;
    };
    try {
      return await this.ingest.accept(signal, { read, letGo: request.letGo }, encoding, principal.project);
    } catch (error) {
      const isOfStore = taken && error instanceof PlimsollError && error.code === 'unavailable';
      if (isOfStore) this.receipts.failed({ signal, receivedAt });
      throw error;
    }
  }

  private async verify(headers: Headers): Promise<Principal> {
    try {
      return await this.keys.verify(headers, 'ingest');
    } catch (cause) {
      if (cause instanceof PlimsollError) throw cause;
      // The key could not be looked up: a client must keep what it has and send it again.
      throw new PlimsollError('unavailable', 'API keys cannot be checked at the moment', { cause });
    }
  }

  private explain(error: unknown): PlimsollError {
    if (error instanceof PlimsollError && error.code !== 'internal') return error;
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return error instanceof PlimsollError
      ? error
      : new PlimsollError('internal', 'unexpected failure', { cause: error });
  }

  private note(
    request: RequestHead,
    principal: Principal | null,
    { reason, field, detail, count }: { reason: string; field: string; detail: string; count: number },
  ): void {
    const { signal, route } = request;
    ingestMetrics.rejected.inc({ signal, reason }, count);
    this.tallies.reject({
      project: principal?.project.id ?? '',
      signal,
      reason,
      detail,
      route,
      field,
      count,
      key_prefix: principal?.keyPrefix ?? '',
      user_agent: String(request.headers['user-agent'] ?? ''),
    });
  }
}
