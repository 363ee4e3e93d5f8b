import { MONEY_SCALE } from './money.js';

/** Makes the MAD of a normal sample estimate its standard deviation. */
const MAD_TO_SIGMA = 1.4826;
const DEVIATIONS = 4;
/** 5 USD: below this a deviation is not worth anybody's time. */
const DEFAULT_FLOOR = 5n * 10n ** BigInt(MONEY_SCALE);

function median(sorted: readonly bigint[]): bigint {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0n;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0n) + upper) / 2n;
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface CostAnomaly {
  anomalous: boolean;
  expected: bigint;
  low: bigint;
  high: bigint;
}

/**
 * Compares a cost with the same weekday and hour of up to four weeks (cost-gpu 1.6).
 * Null with fewer than three of them: nothing to compare with.
 */
export function costAnomaly(
  current: bigint,
  samePeriods: readonly bigint[],
  floor = DEFAULT_FLOOR,
): CostAnomaly | null {
  if (samePeriods.length < 3) return null;
  const expected = median([...samePeriods].sort(ascending));
  const deviations = samePeriods.map((cost) => (cost > expected ? cost - expected : expected - cost)).sort(ascending);
  const band = (median(deviations) * BigInt(DEVIATIONS * MAD_TO_SIGMA * 1e4)) / 10_000n;
  const distance = current > expected ? current - expected : expected - current;
  return { anomalous: distance > band && distance > floor, expected, low: expected - band, high: expected + band };
}

export interface CostDrivers {
  cost: bigint;
  calls: number;
  tokens: number;
  /** What the same tokens would have cost without any cache discount, 1e-12 USD. */
  uncachedCost: bigint;
}

export interface CostDecomposition {
  volume: bigint;
  tokensPerRequest: bigint;
  price: bigint;
  cacheHitRate: bigint;
}

function logMean(a: number, b: number): number {
  return a === b ? a : (a - b) / Math.log(a / b);
}

/**
 * Why a cost changed: cost = calls x tokens per call x price per uncached token x cache factor. Logarithmic mean
 * Divisia weights give terms without a remainder; what rounding leaves goes to the largest, so they sum exactly.
 */
export function decomposeCost(before: CostDrivers, after: CostDrivers): CostDecomposition {
  const difference = after.cost - before.cost;
  const factors = ({ cost, calls, tokens, uncachedCost }: CostDrivers): number[] => [
    calls,
    tokens / calls,
    Number(uncachedCost) / tokens,
    Number(cost) / Number(uncachedCost),
  ];
  const [old, fresh] = [factors(before), factors(after)];
  if (![...old, ...fresh].every((factor) => Number.isFinite(factor) && factor > 0)) {
    return { volume: difference, tokensPerRequest: 0n, price: 0n, cacheHitRate: 0n };
  }
  const weight = logMean(Number(after.cost), Number(before.cost));
  const terms = old.map((factor, index) => BigInt(Math.round(weight * Math.log((fresh[index] ?? factor) / factor))));
  const rest = difference - terms.reduce((sum, term) => sum + term, 0n);
  const size = (index: number): bigint => ((terms[index] ?? 0n) < 0n ? -(terms[index] ?? 0n) : (terms[index] ?? 0n));
  const largest = [0, 1, 2, 3].reduce((best, index) => (size(index) > size(best) ? index : best), 0);
  terms[largest] = (terms[largest] ?? 0n) + rest;
  return {
    volume: terms[0] ?? 0n,
    tokensPerRequest: terms[1] ?? 0n,
    price: terms[2] ?? 0n,
    cacheHitRate: terms[3] ?? 0n,
  };
}
