import { oneSampleKolmogorovSf } from './kolmogorov.js';

/** Result of a two-sample Kolmogorov-Smirnov test: `statistic` is the largest distance of the two step functions. */
export interface KolmogorovSmirnovResult {
  /** D in 0..1. */
  readonly statistic: number;
  /** Two-sided p-value. */
  readonly p: number;
  readonly method: 'exact' | 'asymptotic';
}

/** Up to this many lattice cells (n x m) the exact null distribution is cheaper than a page refresh. */
const EXACT_CELLS = 1_000_000;

const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** D of two samples that are sorted ascending. Ties are stepped over together. */
function largestDistance(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === at) i += 1;
    while (j < b.length && b[j] === at) j += 1;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/**
 * P(D >= d) for two samples without ties: the share of the lattice paths from (0,0) to (n,m) that touch the region
 * |i/n - j/m| >= d (Hodges 1957). All terms are positive, so small tails keep their relative precision.
 */
function exactTail(d: number, n: number, m: number): number {
  // A D is a multiple of 1/lcm(n, m) <= 1/(n m): half a step of slack keeps rounding from moving the border.
  const border = d - 0.5 / (n * m);
  if (border <= 0) return 1;
  const touched = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (Math.abs(i / n - j / m) >= border) touched[j] = 1;
      else if (i === 0 && j === 0) touched[j] = 0;
      else {
        const fromLeft = i > 0 ? (i / (i + j)) * (touched[j] as number) : 0;
        const fromBelow = j > 0 ? (j / (i + j)) * (touched[j - 1] as number) : 0;
        touched[j] = fromLeft + fromBelow;
      }
    }
  }
  return Math.min(1, touched[m] as number);
}

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided.
 * `auto` is exact up to a million lattice cells and asymptotic beyond; the asymptotic p is the one-sample distribution
 * at the rounded harmonic size n m / (n + m), which is closer than Kolmogorov's limit at every size.
 * Both samples must hold at least one finite number.
 */
export function kolmogorovSmirnov(
  reference: readonly number[],
  current: readonly number[],
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KolmogorovSmirnovResult {
  const a = ascending(reference);
  const b = ascending(current);
  const statistic = largestDistance(a, b);
  const exact = method === 'exact' || (method === 'auto' && a.length * b.length <= EXACT_CELLS);
  if (exact) return { statistic, p: exactTail(statistic, a.length, b.length), method: 'exact' };
  const size = Math.max(1, Math.round((a.length * b.length) / (a.length + b.length)));
  return { statistic, p: oneSampleKolmogorovSf(size, statistic), method: 'asymptotic' };
}
