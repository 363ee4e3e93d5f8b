import { tokenBuckets } from '@plimsoll/contract';
import { findPrices, type PriceBook, pricePeriod } from './price-book/book.js';
import { resolve, tierOf } from './price.js';

/** The names that a call goes by, as in `PriceSpanInput`. */
export interface PricedNames {
  readonly provider: string | null;
  readonly responseModel: string | null;
  readonly requestModel: string | null;
  readonly serviceTier: string | null;
}

/** 1e-18 USD in 1e-12 USD. */
const pico = 1_000_000n;
/** Prices beyond this are no unit prices that sums in doubles could hold. */
const mostPico = 2n ** 40n;

/**
 * What calls of the same names cost, worked out once for all calls of a period. It counts in whole 1e-12 USD held in
 * doubles, so it quotes only what is exact there: unit prices of more digits, prices that depend on the size of the request,
 * sums beyond 2^53 and calls without any tokens are left to `priceSpan`. Where it quotes, both say the same.
 */
export class PriceCard {
  /** Of the last quote, 1e-12 USD; meaningless where nothing was priced. */
  cost = 0;
  unpricedTokens = 0;
  fallback = false;
  /** Whether any bucket had a price. */
  isPriced = false;

  private readonly fromMs: number;
  private readonly toMs: number;
  private readonly isExact: boolean;
  /** Per bucket 1e-12 USD a token; NaN where it has no price. */
  private readonly unitPrices: readonly number[];
  private readonly fallbacks: readonly boolean[];

  constructor(book: PriceBook, names: PricedNames, timeMs: number) {
    const { fromMs, toMs } = pricePeriod(book, timeMs);
    this.fromMs = fromMs;
    this.toMs = toMs;
    const found = findPrices(book, names.provider, [names.responseModel, names.requestModel], timeMs);
    const lookup = { found, tier: tierOf(names.serviceTier), totalInput: 0 };
    const prices = tokenBuckets.map((bucket) => resolve(lookup, bucket));
    const flat = found.every(({ entry }) =>
      Object.values(entry.prices).every((buckets) =>
        Object.values(buckets).every((steps) => steps.every(({ above }) => above === 0)),
      ),
    );
    this.isExact =
      flat &&
      prices.every(
        (price) => price === undefined || (price.perToken % pico === 0n && price.perToken / pico < mostPico),
      );
    this.unitPrices = prices.map((price) => (price === undefined ? Number.NaN : Number(price.perToken / pico)));
    this.fallbacks = prices.map((price) => price?.fallback ?? false);
  }

  holdsAt(timeMs: number): boolean {
    return timeMs >= this.fromMs && timeMs < this.toMs;
  }

  /** Works out what tokens cost, given in the order of `tokenBuckets`. @returns false where that takes `priceSpan`. */
  quote(counts: readonly number[]): boolean {
    if (!this.isExact) return false;
    this.cost = 0;
    this.unpricedTokens = 0;
    this.fallback = false;
    this.isPriced = false;
    let isSpent = false;
    for (let index = 0; index < counts.length; index += 1) {
      const count = counts[index]!;
      if (count === 0) continue;
      isSpent = true;
      const price = this.unitPrices[index]!;
      if (Number.isNaN(price)) this.unpricedTokens += count;
      else {
        this.cost += count * price;
        this.fallback ||= this.fallbacks[index]!;
        this.isPriced = true;
      }
    }
    return isSpent && this.cost <= Number.MAX_SAFE_INTEGER;
  }
}

/** A name as an object; the same name is mostly, but need not be, the same object. */
export interface Name {
  readonly text: string;
  /** Differs between objects. */
  readonly serial: number;
}

const slots = 1024;

interface Kept {
  readonly provider: Name | null;
  readonly response: Name | null;
  readonly request: Name | null;
  readonly tier: string | null;
  readonly card: PriceCard;
}

/** The cards of one book, found by the names' objects: to build a key of their texts would cost more than the quote. */
export class PriceCards {
  private readonly kept: (Kept | undefined)[] = Array.from({ length: slots }, () => undefined);

  constructor(private readonly book: PriceBook) {}

  cardOf(
    provider: Name | null,
    response: Name | null,
    request: Name | null,
    tier: string | null,
    timeMs: number,
  ): PriceCard {
    const slot = ((provider?.serial ?? 0) + (response?.serial ?? 0) * 31 + (request?.serial ?? 0) * 961) & (slots - 1);
    const kept = this.kept[slot];
    if (
      kept !== undefined &&
      kept.provider === provider &&
      kept.response === response &&
      kept.request === request &&
      kept.tier === tier &&
      kept.card.holdsAt(timeMs)
    ) {
      return kept.card;
    }
    const names = {
      provider: provider?.text ?? null,
      responseModel: response?.text ?? null,
      requestModel: request?.text ?? null,
      serviceTier: tier,
    };
    const card = new PriceCard(this.book, names, timeMs);
    this.kept[slot] = { provider, response, request, tier, card };
    return card;
  }
}

const cardsOfBooks = new WeakMap<PriceBook, PriceCards>();

export function priceCards(book: PriceBook): PriceCards {
  let cards = cardsOfBooks.get(book);
  if (cards === undefined) {
    cards = new PriceCards(book);
    cardsOfBooks.set(book, cards);
  }
  return cards;
}
