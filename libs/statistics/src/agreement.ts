import { logGamma } from './gamma.js';
import type { ContingencyTable } from './contingency.js';

/** Exact two-sided McNemar p from the counts of pairs that changed one way (`b`) and the other (`c`). */
export function mcnemarExact(b: number, c: number): number {
  const n = b + c;
  if (n === 0) return 1;
  let tail = 0;
  for (let k = 0; k <= Math.min(b, c); k += 1) {
    tail += Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Cohen's kappa of a square table (rows: first rater, columns: second). `linear` weighs a disagreement by its distance,
 * for ordered levels. Null when chance alone explains full agreement.
 */
export function cohensKappa(table: ContingencyTable, weights: 'none' | 'linear' = 'none'): number | null {
  const size = table.length;
  const n = table.flat().reduce((sum, count) => sum + count, 0);
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table.map((_, column) => table.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  let observed = 0;
  let expected = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const disagreement = weights === 'linear' ? Math.abs(i - j) : Number(i !== j);
      observed += disagreement * (table[i]?.[j] ?? 0);
      expected += (disagreement * (rows[i] ?? 0) * (columns[j] ?? 0)) / n;
    }
  }
  return expected > 0 ? 1 - observed / expected : null;
}
