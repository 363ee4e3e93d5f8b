import { type Project, tokenBuckets } from '@plimsoll/contract';
import {
  type FocusCharge,
  parseMoney,
  PRICE_SCALE,
  type PriceBook,
  priceSpan,
  printDecimal,
  splitAmount,
} from '@plimsoll/cost';
import type { ChargeRow } from './cost.queries.js';

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

/**
 * The cost of a group split over its token buckets, in proportion to what each costs at its price of that day. Stored
 * amounts stand: the parts sum to them exactly, also where a tier or a reported cost makes them differ from list prices.
 */
export function tokenCharges(project: Pick<Project, 'id' | 'name'>, row: ChargeRow, book: PriceBook): FocusCharge[] {
  const counts = tokenBuckets.map((bucket, index) => ({ bucket, tokens: Number(row.bucket_tokens[index] ?? 0) }));
  const buckets = Object.fromEntries(counts.map(({ bucket, tokens }) => [bucket, tokens]));
  const base: Omit<FocusCharge, 'cost' | 'quantity' | 'bucket' | 'unitPrice' | 'allocationMethod'> = {
    day: row.day,
    kind: 'tokens',
    projectId: project.id,
    projectName: project.name,
    provider: row.provider,
    model: row.model,
    serviceTier: row.service_tier === '' ? 'standard' : row.service_tier,
    feature: orNull(row.feature),
    team: orNull(row.team),
    customer: orNull(row.customer),
    promptVersion: orNull(row.prompt),
    environment: orNull(row.environment),
    outcomes: null,
    outcomesSuccessful: null,
    priceFallback: row.price_fallback === 1,
  };
  const cost = parseMoney(row.amount);
  const { lines } = priceSpan(book, {
    provider: row.provider,
    responseModel: row.model,
    requestModel: null,
    timeMs: Date.parse(row.day),
    serviceTier: row.service_tier,
    buckets,
  });
  const weights = lines.map((line) => line.cost ?? 0n);
  if (weights.every((weight) => weight === 0n)) {
    const quantity = counts.reduce((sum, { tokens }) => sum + tokens, 0);
    return [
      { ...base, cost, quantity: String(quantity), bucket: null, unitPrice: null, allocationMethod: 'whole-call' },
    ];
  }
  const parts = splitAmount(cost, weights);
  return lines.map((line, index) => ({
    ...base,
    cost: parts[index] ?? 0n,
    quantity: String(line.tokens),
    bucket: line.bucket,
    unitPrice: line.unitPrice === null ? null : printDecimal(line.unitPrice, PRICE_SCALE),
    allocationMethod: 'price-weighted',
  }));
}
