import type { ClusterEffect } from './cluster-effect.js';
import { designEffect } from './cluster-effect.js';
import type { JudgeError } from './judge-error.js';
import { type WindowTotals, sampledEstimate } from './point-totals.js';
import { type SampledEstimate, clusteredEstimate, correctedEstimate } from './sampled.js';

/** What is known of the scores of a sampled objective beside the scores; null where that is not known well enough. */
export interface SampleTraits {
  /** How the scorer errs. */
  readonly judge: JudgeError | null;
  /** How alike the samples of a session are. */
  readonly clusters: ClusterEffect | null;
}

export const plainSamples: SampleTraits = { judge: null, clusters: null };

/** What a window of a sampled objective says: sessions make it less sure, and its judge's error is taken out. */
export function judgedEstimate(window: WindowTotals, { judge, clusters }: SampleTraits): SampledEstimate {
  const estimate = clusteredEstimate(sampledEstimate(window), designEffect(clusters));
  return judge === null ? estimate : correctedEstimate(estimate, judge);
}
