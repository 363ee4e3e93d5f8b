import type { CanonicalSpan, Project } from '@plimsoll/contract';
import type { PriceBook } from '@plimsoll/cost';
import {
  type BodyEncoding,
  capSpan,
  decodeTraces,
  LazySpans,
  normaliseSpan,
  type OtlpSpan,
  protobufOfTraces,
  type Rejection,
  type RejectReason,
} from '@plimsoll/otlp';
import { SpanBlock } from './span-block.js';
import { spanRow } from './span-row.js';
import { SpanWriter } from './span-writer.js';
import type { TimeLimits } from './time-limits.js';

/** A long export gives way to other requests after this much work, in spans that are written straight from their bytes. */
const workATurn = 2048;
/** What a span costs that must become an object first. */
const workOfObject = 8;
const traceIdsKept = 100;

/** Attribute keys that no dialect explains, and how many spans carry them. */
export interface UnmappedKeys {
  readonly scopeName: string | null;
  readonly unmapped: readonly string[];
  spans: number;
}

export interface TraceOwner {
  readonly project: Project;
  readonly book: PriceBook;
  readonly limits: TimeLimits;
  /** What the project's policy leaves of a span; null where nothing is masked. */
  readonly mask: ((span: CanonicalSpan) => CanonicalSpan) | null;
  /** Bytes that one text may have; longer ones are cut. */
  readonly mostTextBytes: number;
}

/**
 * One export of traces on its way into rows. Spans are written straight from the bytes of protobuf, into which JSON is put
 * first; those that are not plain and those of projects that mask go by objects, to the same rows.
 */
export class TraceRows {
  readonly rejected = new Map<RejectReason, number>();
  readonly unmapped: UnmappedKeys[] = [];
  readonly traceIds = new Set<string>();
  readonly block: SpanBlock;
  /** Texts that were cut. */
  textsCut = 0;
  private readonly lazy: { readonly spans: LazySpans; readonly writer: SpanWriter } | null;
  private readonly decoded: readonly OtlpSpan[];
  /** Of the next span. */
  private index = 0;

  /** @throws PlimsollError `invalid_input` for a body that cannot be read. */
  constructor(
    bytes: Uint8Array,
    encoding: BodyEncoding,
    private readonly owner: TraceOwner,
  ) {
    this.block = new SpanBlock(bytes.length);
    if (owner.mask === null) {
      const spans = new LazySpans(protobufOfTraces(bytes, encoding), owner.mostTextBytes);
      this.lazy = { spans, writer: new SpanWriter(spans, this.block.writer, owner.project, owner.book) };
      this.decoded = [];
    } else {
      const { spans, rejected } = decodeTraces(bytes, encoding);
      this.lazy = null;
      this.decoded = spans;
      this.rejectAll(rejected);
    }
  }

  /**
   * Writes as many rows as others can wait for. @returns whether there are more.
   * @throws PlimsollError `invalid_input` for a span that cannot be read: then nothing of the export may be stored.
   */
  work(): boolean {
    const count = this.lazy?.spans.count ?? this.decoded.length;
    for (let work = 0; work < workATurn && this.index < count; this.index += 1) {
      work += this.lazy === null ? this.addObject(this.decoded[this.index]!) : this.addLazily(this.lazy);
    }
    return this.index < count;
  }

  private addLazily({ spans, writer }: { readonly spans: LazySpans; readonly writer: SpanWriter }): number {
    if (!spans.next()) {
      // Not plain, or of a shape that is new.
      const { spans: objects, rejected } = spans.decode();
      this.rejectAll(rejected);
      for (const span of objects) this.addObject(span);
      return workOfObject;
    }
    const { scan } = spans;
    const reason = this.owner.limits.faultOf(scan.timeNs);
    if (reason === undefined) {
      const { day } = scan;
      writer.write(day);
      this.block.endRow(day);
      this.noteUnmapped(spans.origin.scope.name, spans.plan.unmapped);
      if (this.traceIds.size < traceIdsKept) this.traceIds.add(scan.traceIdText);
    } else this.reject(reason);
    return 1;
  }

  private addObject(span: OtlpSpan): number {
    const { project, book, limits, mask, mostTextBytes } = this.owner;
    const record = normaliseSpan(span);
    const reason = limits.faultOf(Number(record.time));
    if (reason === undefined) {
      // Masked whole: of a secret that lies across the cut a part would stay.
      const { value: stored, cut } = capSpan(mask === null ? record : mask(record), mostTextBytes);
      this.textsCut += cut;
      this.block.add(spanRow(stored, project, book));
      this.noteUnmapped(stored.scopeName, stored.unmapped);
      if (this.traceIds.size < traceIdsKept) this.traceIds.add(record.traceId);
    } else this.reject(reason);
    return workOfObject;
  }

  private rejectAll(rejections: readonly Rejection[]): void {
    for (const { reason } of rejections) this.reject(reason);
  }

  private reject(reason: RejectReason): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }

  /** Spans of one shape share their list of keys. */
  private noteUnmapped(scopeName: string | null, unmapped: readonly string[]): void {
    if (unmapped.length === 0) return;
    const last = this.unmapped.at(-1);
    if (last?.unmapped === unmapped && last.scopeName === scopeName) last.spans += 1;
    else this.unmapped.push({ scopeName, unmapped, spans: 1 });
  }
}
