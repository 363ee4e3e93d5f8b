import type { ClusterEffectView } from '@plimsoll/contract';
import {
  clusteredEffectiveN,
  clusterSums,
  intraClusterCorrelation,
  meanClusterSize,
  type ClusterSums,
} from '@plimsoll/statistics';

/** Samples that share a session say less than as many of sessions of their own: one bad session is many bad samples. */
export type ClusterEffect = Pick<ClusterEffectView, 'clusters' | 'samples' | 'meanSize' | 'correlation'>;

/** Below these nothing can be said of how alike the samples of a session are. */
const CLUSTERS_NEEDED = 10;
const REPEATS_NEEDED = 10;

/** Badness of the samples of each session. */
export function clusterEffectOf(sessions: readonly (readonly number[])[]): ClusterEffect {
  return effectOfSums(clusterSums(sessions));
}

function effectOfSums(sums: ClusterSums): ClusterEffect {
  return {
    clusters: sums.clusters,
    samples: sums.observations,
    meanSize: meanClusterSize(sums),
    correlation: intraClusterCorrelation(sums),
  };
}

/** Why sessions do not make samples count less; null where they may. */
export function unclusteredBecause({ clusters, samples }: ClusterEffect): string | null {
  const repeats = samples - clusters;
  if (repeats === 0) return 'no two samples share a session';
  if (clusters < CLUSTERS_NEEDED) return `${clusters} of ${CLUSTERS_NEEDED} sessions`;
  return repeats < REPEATS_NEEDED ? `${repeats} of ${REPEATS_NEEDED} samples that share a session with another` : null;
}

/** Design effect 1 + (m - 1) rho: as many samples say as much as one of a session of its own. */
export function designEffect(effect: ClusterEffect | null): number {
  return effect === null ? 1 : 1 / clusteredEffectiveN(1, effect.meanSize, effect.correlation);
}
