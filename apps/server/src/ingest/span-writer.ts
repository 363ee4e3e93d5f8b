import type { BlockWriter } from '@plimsoll/clickhouse';
import type { Project, SpanKind, TokenBuckets, Usage } from '@plimsoll/contract';
import { type PriceBook, type PriceCard, priceCards, type PricedSpan } from '@plimsoll/cost';
import {
  type ContentForm,
  escaped,
  type FieldPlan,
  how,
  isCall,
  type KnownModel,
  type KnownText,
  type LazySpans,
  type MessageScan,
  type Outcome,
  readOutcome,
  type SpanPlan,
  type SpanScan,
  valueKinds,
} from '@plimsoll/otlp';
import { costSource } from './ingest.queries.js';
import {
  bookCost,
  type CountOpening,
  empty,
  fineOk,
  fineUnset,
  listOf,
  messageEnd,
  no,
  noContent,
  noCost,
  noFirstToken,
  noTokens,
  openingOf,
  type Run,
  run,
  runsOf,
  unpricedCost,
  usageOpenings,
  yes,
} from './row-runs.js';
import { expiryDay, priceCall } from './span-row.js';

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
const openList = 0x5b;
const closeList = 0x5d;
const comma = 0x2c;
const closeObject = 0x7d;

/**
 * Writes a span as a row of `spans` straight from the bytes of its export: the columns of `spanColumns`, in their order.
 * It takes only spans that `LazySpans.next` can read; a test holds its rows against those of `spanRow`, byte for byte.
 */
export class SpanWriter {
  private plan!: SpanPlan;
  private readonly scan: SpanScan;
  private readonly project: Run;
  private readonly bookVersion: Run;
  private kind: SpanKind = 'span';
  private isCall = false;
  private content: ContentForm = 'none';
  private finishReason: KnownText | null = null;

  constructor(
    private readonly spans: LazySpans,
    private readonly block: BlockWriter,
    private readonly owner: Project,
    private readonly book: PriceBook,
  ) {
    this.scan = spans.scan;
    this.project = run((row) => row.text(owner.id));
    this.bookVersion = run((row) => row.text(book.version));
  }

  /** Writes the span that is open. `day` is that of its time, in days since the epoch. */
  write(day: number): void {
    const { spans, block } = this;
    this.plan = spans.plan;
    const { fields } = this.plan;
    const requested = spans.requestModel();
    const said = spans.responseModel();
    this.kind = spans.kind(said ?? requested);
    this.isCall = isCall(this.kind);
    this.content = spans.contentForm(this.kind);
    this.finishReason = this.isCall ? spans.finishReason() : null;
    const outcome = this.outcome();
    const answered = said ?? (this.kind === 'embedding' && outcome.status === 'ok' ? requested : null);
    const provider = spans.provider(requested, said);

    this.run(this.project);
    this.identity();
    this.known(provider);
    this.known(requested);
    this.known(answered);
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
    this.texts(fields.tags.how === how.absent ? null : (spans.answer('tags') ?? null));
    this.pairs(metadata);
    this.figures(provider, answered, requested);
    this.outcomeColumns(outcome);
    this.contentColumns();
    this.attributes();
    this.run(runsOf(spans.origin).resource);
    // No events: a span with some is not plain.
    block.uint8(0);
    block.float64(fields.sampleP.how === how.absent ? 1 : (spans.answer('sampleP') ?? 1));
    block.uint16(expiryDay(day, this.owner.spanRetentionDays));
  }

  /** A text of the body. Short ones have their length before them there as here: both are copied at once. */
  private body(start: number, end: number): void {
    const { block, scan } = this;
    const { length } = block;
    const isShort = end - start < 0x80 && start > 0 && scan.source.bytes[start - 1] === end - start;
    if (!isShort) block.utf8(scan.source, start, end);
    else if (!block.copy(scan.source, start - 1, end)) {
      block.truncate(length);
      block.utf8(scan.source, start, end);
    }
  }

  private run(bytes: Run): void {
    this.block.copy(bytes.source, 0, bytes.length);
  }

  private known(text: KnownText | null): void {
    if (text === null) this.block.uint8(0);
    else this.run(text);
  }

  private identity(): void {
    const { block, scan } = this;
    block.hex(scan.source, scan.traceId, 16);
    block.hex(scan.source, scan.spanId, 8);
    if (scan.parentSpanId < 0) block.uint8(0);
    else block.hex(scan.source, scan.parentSpanId, 8);
    this.time(scan.time);
    this.time(scan.startTime);
    this.time(scan.endTime);
    block.uint8(scan.isFinished ? 1 : 0);
    this.body(scan.nameStart, scan.nameEnd);
    block.text(this.kind);
    this.run(runsOf(this.spans.origin).names);
  }

  private time(at: number): void {
    if (at < 0) this.block.zeros(8);
    else this.block.copy(this.scan.source, at, at + 8);
  }

  /** A field of text; empty where there is none. */
  private text(plan: FieldPlan, field: TextField): void {
    if (plan.how === how.absent) this.block.uint8(0);
    else if (plan.constant !== null) this.run(plan.constant);
    else if (plan.how === how.value && this.scan.kinds[plan.slot] !== valueKinds.other) this.value(plan.slot);
    else this.block.text(this.spans.answer(field) ?? '');
  }

  /** An attribute's value as text. */
  private value(slot: number): void {
    const { block, scan } = this;
    switch (scan.kinds[slot]) {
      case valueKinds.text:
        this.body(scan.starts[slot]!, scan.ends[slot]!);
        break;
      case valueKinds.whole: {
        const start = block.openText();
        block.digits(scan.numbers[slot]!);
        block.closeText(start);
        break;
      }
      case valueKinds.flag:
        this.run(scan.numbers[slot] === 1 ? yes : no);
        break;
      default:
        this.known(this.spans.printed(slot));
    }
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

  private texts(list: readonly string[] | null): void {
    this.block.size(list?.length ?? 0);
    for (const text of list ?? []) this.block.text(text);
  }

  private pairs(record: Readonly<Record<string, string>> | null): void {
    const entries = record === null ? [] : Object.entries(record);
    this.block.size(entries.length);
    for (const [key, value] of entries) {
      this.block.text(key);
      this.block.text(value);
    }
  }

  /** Columns from `has_usage` to `finish_reason`. */
  private figures(provider: KnownText | null, answered: KnownModel | null, requested: KnownModel | null): void {
    const { block, spans, isCall: isOfCall } = this;
    const { fields } = this.plan;
    const { usage, tokens, conflict } = isOfCall ? spans.usage() : { usage: null, tokens: null, conflict: false };
    const counts = tokens === null ? null : listOf(tokens);
    if (counts === null || usage === null) this.run(noTokens);
    else this.usage(usage, counts, conflict);
    const reported = isOfCall ? spans.reportedCost() : null;
    if (tokens === null && reported === null) this.run(noCost);
    else this.cost(provider, answered, requested, tokens, counts, reported);
    const first = isOfCall ? spans.firstToken() : undefined;
    if (first === undefined) this.run(noFirstToken);
    else {
      block.uint8(0);
      block.float64(first.ms);
      block.text(first.source);
    }
    const given = isOfCall && fields.stream.how !== how.absent ? spans.answer('stream') : undefined;
    const stream = given ?? (first === undefined ? null : true);
    block.uint8(stream === null ? 1 : 0);
    if (stream !== null) block.uint8(stream ? 1 : 0);
    this.known(this.finishReason);
  }

  private usage(usage: Usage, counts: readonly number[], conflict: boolean): void {
    const { block } = this;
    block.uint8(1);
    block.uint64s(counts);
    block.uint8(conflict ? 1 : 0);
    const start = block.openText();
    this.count(usageOpenings.input, usage.input);
    this.count(usageOpenings.output, usage.output);
    this.count(usageOpenings.cachedInput, usage.cachedInput);
    this.count(usageOpenings.cacheWriteInput, usage.cacheWriteInput);
    this.count(usageOpenings.reasoningOutput, usage.reasoningOutput);
    block.uint8(closeObject);
    block.closeText(start);
  }

  private count(opening: CountOpening, count: number | null): void {
    this.run(count === null ? opening.absent : opening.given);
    if (count !== null) this.block.digits(count);
  }

  private cost(
    provider: KnownText | null,
    answered: KnownModel | null,
    requested: KnownModel | null,
    tokens: TokenBuckets | null,
    counts: readonly number[] | null,
    reportedCost: string | null,
  ): void {
    const tier = this.plan.fields.serviceTier.how === how.absent ? null : (this.spans.answer('serviceTier') ?? null);
    const { timeMs } = this.scan;
    if (counts !== null && reportedCost === null) {
      const card = priceCards(this.book).cardOf(provider, answered, requested, tier, timeMs);
      if (card.quote(counts)) {
        this.quote(card);
        return;
      }
    }
    const names = {
      provider: provider?.text ?? null,
      responseModel: answered?.text ?? null,
      requestModel: requested?.text ?? null,
      serviceTier: tier,
    };
    this.priced(priceCall({ ...names, tokens, reportedCost }, timeMs, this.book));
  }

  private quote({ isPriced, cost, fallback, unpricedTokens }: PriceCard): void {
    const { block } = this;
    this.amount(isPriced ? cost : null);
    this.run(isPriced ? bookCost : unpricedCost);
    this.amount(isPriced ? cost : null);
    this.run(isPriced ? this.bookVersion : empty);
    block.uint8(fallback ? 1 : 0);
    block.uint64(unpricedTokens);
  }

  private priced(priced: PricedSpan): void {
    const { block } = this;
    this.amount(priced.cost);
    block.text(priced.cost === null ? '' : priced.currency);
    block.text(costSource(priced.source));
    this.amount(priced.computedCost);
    block.text(priced.priceVersion);
    block.uint8(priced.fallback ? 1 : 0);
    block.uint64(priced.unpricedTokens);
  }

  /** Nullable(Decimal(38, 12)). */
  private amount(value: number | bigint | null): void {
    const { block } = this;
    block.uint8(value === null ? 1 : 0);
    if (typeof value === 'bigint') block.int128(value);
    else if (value !== null) {
      block.uint64(value);
      block.zeros(8);
    }
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
      this.run(scan.statusCode === 0 ? fineUnset : fineOk);
      return;
    }
    const { status, errorType, errorMessage, httpStatus } = outcome;
    block.text(status);
    block.uint8(scan.statusCode <= 2 ? scan.statusCode : 0);
    this.body(scan.messageStart, scan.messageEnd);
    block.text(errorType ?? '');
    block.text(errorMessage ?? '');
    block.uint8(httpStatus === null ? 1 : 0);
    if (httpStatus !== null) block.uint16(httpStatus);
  }

  /** Columns from `has_content` to `has_tools`. */
  private contentColumns(): void {
    const { block, spans } = this;
    if (this.content === 'none') this.run(noContent);
    else if (this.content === 'plain') this.plainContent();
    else {
      const { system, input, output, toolCalls, tools } = spans.content(this.kind, this.finishReason);
      block.uint8(input !== null || output !== null || (toolCalls?.length ?? 0) > 0 ? 1 : 0);
      block.text(system ?? '');
      block.text(input === null ? '' : JSON.stringify(input));
      block.text(output ?? '');
      block.uint8(output === null ? 0 : 1);
      block.text(toolCalls === null ? '' : JSON.stringify(toolCalls));
      this.texts(tools);
      block.uint8(tools === null ? 0 : 1);
    }
  }

  private plainContent(): void {
    const { block, spans } = this;
    spans.holdPlain(this.finishReason);
    const { input, output, system } = this.plan.fields;
    block.uint8(1);
    if (system.how === how.absent) block.uint8(0);
    else this.joinedText(spans.input, true);
    if (input.how === how.absent) block.uint8(0);
    else this.messages(spans.input);
    if (output.how === how.absent) block.zeros(3);
    else {
      this.joinedText(spans.output, false);
      block.uint8(1);
      block.text('[]');
    }
    block.zeros(2);
  }

  /** Texts one a line: those of the system, or all. */
  private joinedText(messages: MessageScan, ofSystem: boolean): void {
    const { block } = this;
    const expected = messages.textBytes;
    const start = block.openText(expected);
    let isFirst = true;
    for (let index = 0; index < messages.count; index += 1) {
      if (ofSystem && messages.roles[index] !== 'system') continue;
      if (!isFirst) block.uint8(0x0a);
      isFirst = false;
      this.unescaped(messages, index);
    }
    block.closeText(start, expected);
  }

  private unescaped(messages: MessageScan, index: number): void {
    const { block, scan } = this;
    let from = messages.starts[index]!;
    for (let escape = messages.escapeStarts[index]!; escape < messages.escapeStarts[index + 1]!; escape += 1) {
      const at = messages.escapes[escape]!;
      block.copy(scan.source, from, at);
      block.uint8(escaped[scan.source.bytes[at + 1]!]!);
      from = at + 2;
    }
    block.copy(scan.source, from, messages.ends[index]!);
  }

  /** `[{"role":"user","text":"..."}]` without the system's: the texts are JSON already. */
  private messages(messages: MessageScan): void {
    const { block, scan } = this;
    const expected = messages.textBytes;
    const start = block.openText(expected);
    let before = openList;
    for (let index = 0; index < messages.count; index += 1) {
      const role = messages.roles[index]!;
      if (role === 'system') continue;
      block.uint8(before);
      before = comma;
      this.run(openingOf(role));
      block.copy(scan.source, messages.starts[index]!, messages.ends[index]!);
      this.run(messageEnd);
    }
    block.uint8(closeList);
    block.closeText(start, expected);
  }

  private attributes(): void {
    const { block, scan } = this;
    const { input, output } = this.plan.fields;
    // Messages that were scanned are known to be UTF-8.
    const checkedInput = this.content === 'plain' ? input.slot : -1;
    const checkedOutput = this.content === 'plain' ? output.slot : -1;
    const { stored, hasVectors } = this.plan;
    const { heldRequest, heldAnswer } = this.spans;
    const { source, count, keyStarts, keyEnds } = scan;
    block.size(stored - (heldRequest < 0 ? 0 : 1) - (heldAnswer < 0 ? 0 : 1));
    for (let slot = 0; slot < count; slot += 1) {
      if (slot === heldRequest || slot === heldAnswer || (hasVectors && scan.keys[slot]!.isVector)) continue;
      // With the byte of its length.
      block.copy(source, keyStarts[slot]! - 1, keyEnds[slot]!);
      if (slot === checkedInput || slot === checkedOutput) {
        block.size(scan.ends[slot]! - scan.starts[slot]!);
        block.copy(scan.source, scan.starts[slot]!, scan.ends[slot]!);
      } else this.value(slot);
    }
  }
}
