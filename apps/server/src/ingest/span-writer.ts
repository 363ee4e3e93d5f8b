import type { BlockWriter } from '@plimsoll/clickhouse';
import type { Project, SpanKind } from '@plimsoll/contract';
import type { PriceBook } from '@plimsoll/cost';
import {
  type FieldPlan,
  how,
  isCall,
  type LazySpans,
  type Outcome,
  readOutcome,
  type SpanPlan,
  type SpanScan,
  valueKinds,
} from '@plimsoll/otlp';
import { fineOk, fineUnset, type Run, run, runsOf } from './row-runs.js';
import { ContentColumns } from './span-content.js';
import { FigureColumns } from './span-figures.js';
import { expiryDay } from './span-row.js';
import { SpanValues } from './span-values.js';

const fine: Outcome = { status: 'ok', errorType: null, errorMessage: null, httpStatus: null };

type TextField =
  | 'serviceTier'
  | 'feature'
  | 'customer'
  | 'team'
  | 'environment'
  | 'release'
  | 'promptName'
  | 'promptVersion'
  | 'userId'
  | 'sessionId'
  | 'conversationId'
  | 'outcomeKey';

/**
 * Writes a span as a row of `spans` straight from the bytes of its export: the columns of `spanColumns`, in their order.
 * It takes only spans that `LazySpans.next` can read; a test holds its rows against those of `spanRow`, byte for byte.
 */
export class SpanWriter {
  private plan!: SpanPlan;
  private readonly scan: SpanScan;
  private readonly project: Run;
  private readonly values: SpanValues;
  private readonly figures: FigureColumns;
  private readonly content: ContentColumns;

  constructor(
    private readonly spans: LazySpans,
    private readonly block: BlockWriter,
    private readonly owner: Project,
    book: PriceBook,
  ) {
    this.scan = spans.scan;
    this.project = run((row) => row.text(owner.id));
    this.values = new SpanValues(spans, block);
    this.figures = new FigureColumns(spans, this.values, book);
    this.content = new ContentColumns(spans, this.values);
  }

  /** Writes the span that is open. `day` is that of its time, in days since the epoch. */
  write(day: number): void {
    const { spans, block, values, content } = this;
    this.plan = spans.plan;
    const { fields } = this.plan;
    const requested = spans.requestModel();
    const said = spans.responseModel();
    const kind = spans.kind(said ?? requested);
    const isOfCall = isCall(kind);
    const form = spans.contentForm(kind);
    const finishReason = isOfCall ? spans.finishReason() : null;
    const outcome = this.outcome();
    const answered = said ?? (kind === 'embedding' && outcome.status === 'ok' ? requested : null);
    const provider = spans.provider(requested, said);

    values.run(this.project);
    this.identity(kind);
    values.known(provider);
    values.known(requested);
    values.known(answered);
    this.text(fields.serviceTier, 'serviceTier');
    const metadata = spans.metadata();
    this.dimension(fields.feature, 'feature', metadata);
    this.dimension(fields.customer, 'customer', metadata);
    this.dimension(fields.team, 'team', metadata);
    this.text(fields.environment, 'environment');
    this.text(fields.release, 'release');
    this.text(fields.promptName, 'promptName');
    this.text(fields.promptVersion, 'promptVersion');
    this.text(fields.userId, 'userId');
    this.session();
    this.text(fields.conversationId, 'conversationId');
    this.text(fields.outcomeKey, 'outcomeKey');
    values.texts(fields.tags.how === how.absent ? null : (spans.answer('tags') ?? null));
    values.pairs(metadata);
    this.figures.write({ provider, answered, requested, finishReason }, isOfCall);
    this.outcomeColumns(outcome);
    content.write(form, kind, finishReason);
    content.attributes(form);
    values.run(runsOf(spans.origin).resource);
    // No events: a span with some is not plain.
    block.uint8(0);
    block.float64(fields.sampleP.how === how.absent ? 1 : (spans.answer('sampleP') ?? 1));
    block.uint16(expiryDay(day, this.owner.spanRetentionDays));
  }

  private identity(kind: SpanKind): void {
    const { block, scan } = this;
    block.hex(scan.source, scan.traceId, 16);
    block.hex(scan.source, scan.spanId, 8);
    if (scan.parentSpanId < 0) block.uint8(0);
    else block.hex(scan.source, scan.parentSpanId, 8);
    this.time(scan.time);
    this.time(scan.startTime);
    this.time(scan.endTime);
    block.uint8(scan.isFinished ? 1 : 0);
    this.values.body(scan.nameStart, scan.nameEnd);
    block.text(kind);
    this.values.run(runsOf(this.spans.origin).names);
  }

  private time(at: number): void {
    if (at < 0) this.block.zeros(8);
    else this.block.copy(this.scan.source, at, at + 8);
  }

  /** A field of text; empty where there is none. */
  private text(plan: FieldPlan, field: TextField): void {
    if (plan.how === how.absent) this.block.uint8(0);
    else if (plan.constant !== null) this.values.run(plan.constant);
    else if (plan.how === how.value && this.scan.kinds[plan.slot] !== valueKinds.other) this.values.value(plan.slot);
    else this.block.text(this.spans.answer(field) ?? '');
  }

  /** A dimension that metadata may name where no key of its own does. */
  private dimension(
    plan: FieldPlan,
    field: 'feature' | 'customer' | 'team',
    metadata: Readonly<Record<string, string>> | null,
  ): void {
    if (metadata === null) this.text(plan, field);
    else this.block.text(this.spans.answer(field) ?? metadata[field] ?? '');
  }

  private session(): void {
    const { sessionId, conversationId } = this.plan.fields;
    if (sessionId.how === how.absent) this.text(conversationId, 'conversationId');
    else if (sessionId.how === how.value) this.text(sessionId, 'sessionId');
    else this.block.text(this.spans.answer('sessionId') ?? this.spans.answer('conversationId') ?? '');
  }

  private outcome(): Outcome {
    const { plan, scan, spans } = this;
    const isFine = scan.statusCode !== 2 && plan.fields.failure.how === how.absent && !plan.hasErrorType;
    // Whether there is output matters beside an exception event, and a span with events is not plain.
    return isFine ? fine : readOutcome(spans.facts(), true);
  }

  private outcomeColumns(outcome: Outcome): void {
    const { block, scan } = this;
    if (outcome === fine && scan.messageStart === scan.messageEnd && scan.statusCode <= 1) {
      this.values.run(scan.statusCode === 0 ? fineUnset : fineOk);
      return;
    }
    const { status, errorType, errorMessage, httpStatus } = outcome;
    block.text(status);
    block.uint8(scan.statusCode <= 2 ? scan.statusCode : 0);
    this.values.body(scan.messageStart, scan.messageEnd);
    block.text(errorType ?? '');
    block.text(errorMessage ?? '');
    block.uint8(httpStatus === null ? 1 : 0);
    if (httpStatus !== null) block.uint16(httpStatus);
  }
}
