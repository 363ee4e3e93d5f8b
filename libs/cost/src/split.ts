import { PlimsollError } from '@plimsoll/contract';

/**
 * Splits an amount (any integer unit) in proportion to integer weights by largest remainder, ties to the earlier
 * part, so that the parts always sum to the whole. Callers order the parts by key before they split.
 * @throws PlimsollError `invalid_input` on a negative weight, or when no weight is positive.
 */
export function splitAmount(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (amount < 0n) return splitAmount(-amount, weights).map((part) => -part);
  if (weights.some((weight) => weight < 0n)) {
    throw new PlimsollError('invalid_input', 'weights: a weight is negative', { field: 'weights' });
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) {
    throw new PlimsollError('invalid_input', 'weights: at least one weight must be positive', { field: 'weights' });
  }
  const parts = weights.map((weight) => (amount * weight) / total);
  let missing = amount - parts.reduce((sum, part) => sum + part, 0n);
  const order = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of order) {
    if (missing === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    missing -= 1n;
  }
  return parts;
}
