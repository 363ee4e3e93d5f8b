/** Additive sums of observations that come in clusters; all that a one-way analysis of variance needs. */
export interface ClusterSums {
  readonly clusters: number;
  readonly observations: number;
  /** Sum over the clusters of the square of their size. */
  readonly squaredSizes: number;
  /** Sums of x, of its square, and over the clusters of (sum of their x)^2 / size. */
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly sumOfClusterSquares: number;
}

export function clusterSums(clusters: readonly (readonly number[])[]): ClusterSums {
  const sums = { clusters: 0, observations: 0, squaredSizes: 0, sum: 0, sumOfSquares: 0, sumOfClusterSquares: 0 };
  for (const own of clusters) {
    if (own.length === 0) continue;
    const total = own.reduce((sum, x) => sum + x, 0);
    sums.clusters += 1;
    sums.observations += own.length;
    sums.squaredSizes += own.length ** 2;
    sums.sum += total;
    sums.sumOfSquares += own.reduce((sum, x) => sum + x * x, 0);
    sums.sumOfClusterSquares += (total * total) / own.length;
  }
  return sums;
}

/** The size of the cluster that an observation lies in, on average: sum(m^2) / sum(m) (Kish 1987), m where all are alike. */
export function meanClusterSize({ squaredSizes, observations }: ClusterSums): number {
  return observations > 0 ? squaredSizes / observations : 1;
}

/**
 * Intra-cluster correlation by one-way analysis of variance: (MSB - MSW) / (MSB + (m0 - 1) MSW) with
 * m0 = (n - sum(m^2) / n) / (k - 1) (Donner 1986, International Statistical Review 54), clipped to [0, 1].
 * 0 where it cannot be told: one cluster, or one observation in each.
 */
export function intraClusterCorrelation(sums: ClusterSums): number {
  const { clusters, observations, squaredSizes, sum, sumOfSquares, sumOfClusterSquares } = sums;
  if (clusters < 2 || observations <= clusters) return 0;
  const between = (sumOfClusterSquares - (sum * sum) / observations) / (clusters - 1);
  const within = (sumOfSquares - sumOfClusterSquares) / (observations - clusters);
  const size = (observations - squaredSizes / observations) / (clusters - 1);
  const both = between + (size - 1) * within;
  return both > 0 ? Math.min(1, Math.max(0, (between - within) / both)) : 0;
}
