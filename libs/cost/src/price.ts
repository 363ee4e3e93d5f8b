import { serviceTiers, tokenBuckets, type ServiceTier, type TokenBucket } from '@plimsoll/contract';
import { divideHalfEven, MONEY_SCALE, PRICE_SCALE } from './money.js';
import { findPrices, type FoundPrices, type PriceBook } from './price-book/book.js';
import { sumBuckets, type UsageBuckets } from './usage.js';

export interface PriceSpanInput {
  /** Null: the model is looked for at its own maker. */
  provider: string | null;
  /** The billed name, tried first. */
  responseModel: string | null;
  requestModel: string | null;
  /** Event time, epoch milliseconds: prices are dated. */
  timeMs: number;
  serviceTier?: string | null;
  /** Empty when the call carries no usage at all; zeros are counts. */
  buckets: UsageBuckets;
  /** Cost that the provider or client reported, in 1e-12 USD: it wins, ours is kept beside it. */
  reportedCost?: bigint | null;
}

export interface PriceLine {
  bucket: TokenBucket;
  tokens: number;
  /** 1e-18 USD per token; null when the bucket has no price. */
  unitPrice: bigint | null;
  /** Exact, 1e-18 USD; null when the bucket has no price. */
  cost: bigint | null;
  fallback: boolean;
}

export interface PricedSpan {
  /** 1e-12 USD; null when nothing could be priced (never 0 for a missing price). */
  cost: bigint | null;
  currency: 'USD';
  /** Our own figure, also when a reported cost won. */
  computedCost: bigint | null;
  source: 'price_book' | 'override' | 'reported' | 'unpriced' | 'no_usage';
  priceVersion: string;
  /** A bucket was priced by the fallback chain. */
  fallback: boolean;
  unpricedTokens: number;
  lines: PriceLine[];
}

/** Units of a line in one unit of an amount. */
const lineUnits = 10n ** BigInt(PRICE_SCALE - MONEY_SCALE);

/** What a bucket costs when it has no price of its own. */
const fallbackOf: Partial<Record<TokenBucket, TokenBucket>> = {
  reasoning: 'output',
  audio_in: 'input',
  image_in: 'input',
  audio_out: 'output',
  image_out: 'output',
  cache_read: 'input',
  cache_write_5m: 'input',
  cache_write_1h: 'input',
};

export function tierOf(text: string | null | undefined): ServiceTier {
  return serviceTiers.find((tier) => tier === text?.toLowerCase()) ?? 'standard';
}

export interface Lookup {
  found: readonly FoundPrices[];
  tier: ServiceTier;
  /** The tier key: all input tokens of the request, including cache reads and writes. */
  totalInput: number;
}

interface FoundPrice {
  perToken: bigint;
  source: FoundPrices['source'];
}

/** The price for a whole request of this size: thresholds are strict, every bucket of the request moves. */
function priceOf(lookup: Lookup, tier: ServiceTier, bucket: TokenBucket): FoundPrice | undefined {
  for (const { entry, source } of lookup.found) {
    const price = entry.prices[tier]?.[bucket]?.find(({ above }) => above === 0 || lookup.totalInput > above);
    if (price !== undefined) return { perToken: price.perToken, source };
  }
  return undefined;
}

export function resolve(lookup: Lookup, bucket: TokenBucket): (FoundPrice & { fallback: boolean }) | undefined {
  const direct = priceOf(lookup, lookup.tier, bucket);
  if (direct !== undefined) return { ...direct, fallback: false };
  const other = fallbackOf[bucket];
  const found =
    (lookup.tier === 'standard' ? undefined : priceOf(lookup, 'standard', bucket)) ??
    (other === undefined ? undefined : (priceOf(lookup, lookup.tier, other) ?? priceOf(lookup, 'standard', other)));
  return found === undefined ? undefined : { ...found, fallback: true };
}

/** A call that counted no tokens costs 0; one that counted nothing at all has no known cost. */
function priceNothing(reported: bigint | null, counted: boolean): PricedSpan {
  const computedCost = counted ? 0n : null;
  return {
    cost: reported ?? computedCost,
    currency: 'USD',
    computedCost,
    source: reported === null ? (counted ? 'price_book' : 'no_usage') : 'reported',
    priceVersion: '',
    fallback: false,
    unpricedTokens: 0,
    lines: [],
  };
}

/**
 * Prices one call. The sum of the lines is exact (1e-18) and rounded half to even once, to 1e-12.
 * What has a price is priced; tokens without one are counted in `unpricedTokens`.
 */
export function priceSpan(book: PriceBook, span: PriceSpanInput): PricedSpan {
  const { buckets } = span;
  const tokens = sumBuckets(buckets);
  const reported = span.reportedCost ?? null;
  if (tokens === 0) return priceNothing(reported, Object.keys(buckets).length > 0);
  const lookup: Lookup = {
    found: findPrices(book, span.provider, [span.responseModel, span.requestModel], span.timeMs),
    tier: tierOf(span.serviceTier),
    totalInput:
      sumBuckets(buckets) -
      (buckets.output ?? 0) -
      (buckets.reasoning ?? 0) -
      (buckets.audio_out ?? 0) -
      (buckets.image_out ?? 0),
  };
  const lines: PriceLine[] = [];
  let exact = 0n;
  let unpricedTokens = 0;
  let fallback = false;
  let source: FoundPrices['source'] | undefined;
  for (const bucket of tokenBuckets) {
    const count = buckets[bucket] ?? 0;
    if (count === 0) continue;
    const price = resolve(lookup, bucket);
    if (price === undefined) {
      unpricedTokens += count;
      lines.push({ bucket, tokens: count, unitPrice: null, cost: null, fallback: false });
      continue;
    }
    const cost = BigInt(count) * price.perToken;
    exact += cost;
    fallback ||= price.fallback;
    if (source !== 'override') source = price.source;
    lines.push({ bucket, tokens: count, unitPrice: price.perToken, cost, fallback: price.fallback });
  }
  const computedCost = source === undefined ? null : divideHalfEven(exact, lineUnits);
  return {
    cost: reported ?? computedCost,
    currency: 'USD',
    computedCost,
    source: reported === null ? (source ?? 'unpriced') : 'reported',
    priceVersion: source === undefined ? '' : book.version,
    fallback,
    unpricedTokens,
    lines,
  };
}
