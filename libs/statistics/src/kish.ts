/** Kish's effective sample size (sum w)^2 / sum(w^2); 0 without weights. */
export function kishEffectiveN(sumWeight: number, sumWeightSquared: number): number {
  return sumWeightSquared > 0 ? (sumWeight * sumWeight) / sumWeightSquared : 0;
}

/** Effective size when scores come in clusters (sessions) of mean size m with intra-cluster correlation rho. */
export function clusteredEffectiveN(effectiveN: number, meanClusterSize: number, correlation: number): number {
  return effectiveN / (1 + (meanClusterSize - 1) * correlation);
}
