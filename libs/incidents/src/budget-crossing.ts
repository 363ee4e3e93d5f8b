/** Shares of an objective's budget whose passing on the way down is told. */
export const budgetThresholds: readonly number[] = [0.5, 0.25, 0.1, 0];

/**
 * Thresholds that a budget has passed since an incident opened, lowest last.
 * @param atOpening share that remained then; null when that was unknown: then nothing counts as passed before.
 */
export function budgetCrossings(atOpening: number | null, remaining: number | null): number[] {
  if (remaining === null) return [];
  return budgetThresholds.filter(
    (threshold) => remaining <= threshold && (atOpening === null || atOpening > threshold),
  );
}

/** What is told of a money budget: shares of the amount that are spent, and a forecast that reaches it. */
export const spendThresholds = ['50 %', '80 %', '100 %', 'forecast 100 %'] as const;
export type SpendThreshold = (typeof spendThresholds)[number];

/** Amounts in one integer unit. */
export interface Spending {
  readonly amount: bigint;
  readonly spent: bigint;
  /** At the end of the period, as things go; null while that cannot be said. */
  readonly forecast: bigint | null;
}

/** Thresholds that spending has reached, the most telling one last; a forecast says nothing once the amount is spent. */
export function spendCrossings({ amount, spent, forecast }: Spending): SpendThreshold[] {
  if (amount <= 0n) return [];
  const reached = (percent: bigint): boolean => spent * 100n >= amount * percent;
  const crossed: SpendThreshold[] = [];
  if (reached(50n)) crossed.push('50 %');
  if (reached(80n)) crossed.push('80 %');
  if (reached(100n)) crossed.push('100 %');
  else if (forecast !== null && forecast >= amount) crossed.push('forecast 100 %');
  return crossed;
}
