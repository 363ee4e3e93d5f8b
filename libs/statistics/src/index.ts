export { betaCdf, betaInv, betaInvComplement, betaSf } from './beta.js';
export {
  clopperPearsonInterval,
  jeffreysProbabilityAbove,
  wilsonInterval,
  type Interval,
} from './binomial-intervals.js';
export { chiSquareCdf, chiSquareSf } from './chi-square.js';
export { clusterSums, intraClusterCorrelation, meanClusterSize, type ClusterSums } from './clusters.js';
export { generator } from './generator.js';
export { logGamma, lowerGammaRatio, upperGammaRatio } from './gamma.js';
export { clusteredEffectiveN, kishEffectiveN } from './kish.js';
export { normalCdf, normalInv, normalSf } from './normal.js';
export { studentCdf, studentInv, studentSf } from './student.js';
export { cohensKappa, mcnemarExact } from './agreement.js';
export { chiSquare, fisherExact, type ChiSquareResult, type ContingencyTable } from './contingency.js';
export {
  jensenShannonDistance,
  populationStabilityBias,
  populationStabilityIndex,
  wassersteinDistance,
} from './distances.js';
export { kolmogorovSmirnov, type KolmogorovSmirnovResult } from './kolmogorov-smirnov.js';
export { oneSampleKolmogorovSf } from './kolmogorov.js';
export { benjaminiHochberg } from './multiple-testing.js';
export { cliffsDelta, mannWhitney, type MannWhitneyResult } from './rank-tests.js';
export { welch, type WelchResult } from './welch.js';
export { wilcoxonSignedRank, type WilcoxonResult } from './wilcoxon.js';
export { bucketBorder, bucketSql, quantileOfBuckets } from './log-buckets.js';
