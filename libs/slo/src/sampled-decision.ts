import type { Severity } from './tiers.js';
import { type SampledEstimate, lowerBound, upperBound } from './sampled.js';

/** Raw bad samples below which a sampled objective never pages. */
const MIN_BAD_TO_PAGE = 5;
const MIN_BAD_TO_TICKET = 2;
/** The short window is grown until it holds this many scored samples. */
export const MIN_SCORED_SHORT = 10;

export interface SampledTierInput {
  readonly severity: Severity;
  readonly factor: number;
  readonly budgetShare: number;
  readonly long: SampledEstimate;
  /** Over the short window, grown until it holds MIN_SCORED_SHORT scored samples, at most half the long window. */
  readonly short: SampledEstimate;
  readonly minBad: number | null;
  /** e-CUSUM at or above its threshold. */
  readonly sustainedDrop: boolean;
}

export interface SampledTierVerdict {
  readonly enter: boolean;
  readonly clean: boolean;
  readonly lowerBound: number;
}

/**
 * Page: both burns above the factor, the 99.5 % lower bound of the long window above the budget, at least 5 raw bad.
 * Ticket: the same with the 95 % bound, or a sustained drop. Exit when the 90 % upper bound of the short window is below
 * max(F B, 1.5 B).
 */
export function sampledTierVerdict(input: SampledTierInput): SampledTierVerdict {
  const { budgetShare, factor, long, short } = input;
  const paging = input.severity === 'page';
  const minBad = input.minBad ?? (paging ? MIN_BAD_TO_PAGE : MIN_BAD_TO_TICKET);
  const burning = long.errorRatio / budgetShare > factor && short.errorRatio / budgetShare > factor;
  // Bounds cost a search each: they are looked for where the rest leaves the verdict to them.
  const bound = (): number => lowerBound(long, paging ? 0.995 : 0.95);
  const evident = burning && long.bad >= minBad && bound() > budgetShare;
  const enter = evident || (!paging && input.sustainedDrop);
  const exitBelow = Math.max(factor * budgetShare, 1.5 * budgetShare);
  return {
    enter,
    get clean() {
      return !enter && upperBound(short, 0.9) < exitBelow;
    },
    get lowerBound() {
      return bound();
    },
  };
}
