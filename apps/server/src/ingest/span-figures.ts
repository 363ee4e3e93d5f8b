import type { BlockWriter } from '@plimsoll/clickhouse';
import type { TokenBuckets, Usage } from '@plimsoll/contract';
import { type PriceBook, type PriceCard, priceCards, type PricedSpan } from '@plimsoll/cost';
import { how, type KnownModel, type KnownText, type LazySpans } from '@plimsoll/otlp';
import { costSource } from './ingest.queries.js';
import {
  bookCost,
  type CountOpening,
  empty,
  listOf,
  noCost,
  noFirstToken,
  noTokens,
  type Run,
  run,
  unpricedCost,
  usageOpenings,
} from './row-runs.js';
import { priceCall } from './span-row.js';
import type { SpanValues } from './span-values.js';

const closeObject = 0x7d;

/** Who answered a call, and how it ended. */
export interface NamedCall {
  readonly provider: KnownText | null;
  readonly answered: KnownModel | null;
  readonly requested: KnownModel | null;
  readonly finishReason: KnownText | null;
}

/** Usage, cost, first token and finish of the span that is open. */
export class FigureColumns {
  private readonly block: BlockWriter;
  private readonly bookVersion: Run;

  constructor(
    private readonly spans: LazySpans,
    private readonly values: SpanValues,
    private readonly book: PriceBook,
  ) {
    this.block = values.block;
    this.bookVersion = run((row) => row.text(book.version));
  }

  /** Columns from `has_usage` to `finish_reason`. */
  write(call: NamedCall, isOfCall: boolean): void {
    const { block, spans, values } = this;
    const { fields } = spans.plan;
    const { usage, tokens, conflict } = isOfCall ? spans.usage() : { usage: null, tokens: null, conflict: false };
    const counts = tokens === null ? null : listOf(tokens);
    if (counts === null || usage === null) values.run(noTokens);
    else this.usage(usage, counts, conflict);
    const reported = isOfCall ? spans.reportedCost() : null;
    if (tokens === null && reported === null) values.run(noCost);
    else this.cost(call, tokens, counts, reported);
    const first = isOfCall ? spans.firstToken() : undefined;
    if (first === undefined) values.run(noFirstToken);
    else {
      block.uint8(0);
      block.float64(first.ms);
      block.text(first.source);
    }
    const given = isOfCall && fields.stream.how !== how.absent ? spans.answer('stream') : undefined;
    const stream = given ?? (first === undefined ? null : true);
    block.uint8(stream === null ? 1 : 0);
    if (stream !== null) block.uint8(stream ? 1 : 0);
    values.known(call.finishReason);
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
    this.values.run(count === null ? opening.absent : opening.given);
    if (count !== null) this.block.digits(count);
  }

  private cost(
    { provider, answered, requested }: NamedCall,
    tokens: TokenBuckets | null,
    counts: readonly number[] | null,
    reportedCost: string | null,
  ): void {
    const tier =
      this.spans.plan.fields.serviceTier.how === how.absent ? null : (this.spans.answer('serviceTier') ?? null);
    const { timeMs } = this.spans.scan;
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
    this.values.run(isPriced ? bookCost : unpricedCost);
    this.amount(isPriced ? cost : null);
    this.values.run(isPriced ? this.bookVersion : empty);
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
}
