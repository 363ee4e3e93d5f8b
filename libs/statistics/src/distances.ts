import type { ContingencyTable } from './contingency.js';

const share = (counts: readonly number[]): number[] => {
  const sum = counts.reduce((whole, count) => whole + count, 0);
  return counts.map((count) => (sum > 0 ? count / sum : 0));
};

/** Jensen-Shannon distance of two count rows: the square root of the divergence in base 2, 0..1. */
export function jensenShannonDistance(table: ContingencyTable): number {
  const p = share(table[0] ?? []);
  const q = share(table[1] ?? []);
  const towards = (x: number, middle: number): number => (x > 0 ? x * Math.log2(x / middle) : 0);
  let divergence = 0;
  p.forEach((x, index) => {
    const y = q[index] ?? 0;
    const middle = (x + y) / 2;
    divergence += (towards(x, middle) + towards(y, middle)) / 2;
  });
  return Math.sqrt(Math.max(0, divergence));
}

/** Shares under this are read as this, so that an empty level stays finite; the usual convention. */
const SMALLEST_SHARE = 1e-4;

/** Population stability index of two count rows, sum((q - p) ln(q / p)), natural logarithm. */
export function populationStabilityIndex(table: ContingencyTable): number {
  const bounded = (counts: readonly number[] | undefined): number[] =>
    share(counts ?? []).map((own) => Math.max(SMALLEST_SHARE, own));
  const p = bounded(table[0]);
  const q = bounded(table[1]);
  return p.reduce((sum, x, index) => sum + (x - (q[index] ?? 0)) * Math.log(x / (q[index] ?? 1)), 0);
}

/** What PSI measures of two samples of one and the same distribution, on average: (levels - 1)(1/n + 1/m). */
export const populationStabilityBias = (levels: number, n: number, m: number): number =>
  Math.max(0, levels - 1) * (1 / n + 1 / m);

/** First Wasserstein distance: the area between the two empirical distribution functions, in the samples' unit. */
export function wassersteinDistance(first: readonly number[], second: readonly number[]): number {
  const a = Float64Array.from(first).sort();
  const b = Float64Array.from(second).sort();
  let i = 0;
  let j = 0;
  let area = 0;
  let previous: number | undefined;
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (previous !== undefined) area += Math.abs(i / a.length - j / b.length) * (at - previous);
    while (i < a.length && a[i] === at) i += 1;
    while (j < b.length && b[j] === at) j += 1;
    previous = at;
  }
  return area;
}
