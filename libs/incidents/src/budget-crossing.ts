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
