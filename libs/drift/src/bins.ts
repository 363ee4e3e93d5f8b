import {
  jensenShannonDistance,
  populationStabilityBias,
  populationStabilityIndex,
  type ContingencyTable,
} from '@plimsoll/statistics';

/** Inner edges that cut the reference into up to `bins` parts of equal share; ties make fewer. */
export function quantileEdges(reference: readonly number[], bins = 10): number[] {
  const sorted = Float64Array.from(reference).sort();
  const edges = Array.from({ length: bins + 1 }, (_, index) => {
    const position = (index / bins) * (sorted.length - 1);
    const low = Math.floor(position);
    const below = sorted[low] ?? 0;
    return below + ((sorted[low + 1] ?? below) - below) * (position - low);
  });
  return [...new Set(edges)].slice(1, -1);
}

/** Counts of values by part: part i holds edge[i-1] <= value < edge[i]. */
export function binCounts(values: readonly number[], edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const value of values) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value < (edges[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  return counts;
}

/** PSI and JS of two count rows, as measured and less what chance alone gives. */
export interface Divergence {
  readonly psi: number;
  readonly js: number;
  readonly psiUncorrected: number;
  readonly jsUncorrected: number;
}

/**
 * PSI is chi-square-like: without drift its mean is (B - 1)(1/n + 1/m), and the Jensen-Shannon divergence in nats is an
 * eighth of that to first order. Both are taken off, so that small samples do not look dramatic.
 */
export function divergence(table: ContingencyTable, n: number, m: number): Divergence {
  const levels = (table[0] ?? []).filter((count, index) => count + (table[1]?.[index] ?? 0) > 0).length;
  const bias = populationStabilityBias(levels, n, m);
  const psiUncorrected = populationStabilityIndex(table);
  const jsUncorrected = jensenShannonDistance(table);
  return {
    psiUncorrected,
    jsUncorrected,
    psi: Math.max(0, psiUncorrected - bias),
    js: Math.sqrt(Math.max(0, jsUncorrected ** 2 - bias / (8 * Math.LN2))),
  };
}
