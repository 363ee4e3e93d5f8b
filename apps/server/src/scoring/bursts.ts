import type { SamplingRule } from '@plimsoll/scoring';

/** Calls that an early warning is about, and the scorer whose verdicts raised it. */
export interface BurstSlice {
  readonly projectId: string;
  readonly scorer: string;
  readonly filter: {
    readonly feature?: readonly string[];
    readonly model?: readonly string[];
    readonly promptVersion?: readonly string[];
  };
  /** Values of the objective's group-by. */
  readonly group: Readonly<Record<string, string>>;
}

interface SlicedCall {
  readonly feature: string;
  readonly model: string;
  readonly promptVersion: string;
}

/** So many times the usual sampling, at most everything. */
export const burstFactor = 4;

/**
 * The rule that stands beside the policy of a scorer while a burst lasts. The probability is stored with the decision as
 * always and the calls are a stratum of their own, so estimates stay unbiased.
 */
export function burstRule(sampleRate: number): SamplingRule {
  return { when: 'burst', rate: Math.min(1, sampleRate * burstFactor) };
}

/** What a decision knows of a call decides; an objective's other dimensions only make the slice wider. */
export function isInBurst(bursts: readonly BurstSlice[], scorer: string, call: SlicedCall): boolean {
  return bursts.some((burst) => {
    if (burst.scorer !== scorer) return false;
    return (['feature', 'model', 'promptVersion'] as const).every((dimension) => {
      const wanted = burst.filter[dimension];
      const grouped = burst.group[dimension];
      return (wanted?.includes(call[dimension]) ?? true) && (grouped === undefined || grouped === call[dimension]);
    });
  });
}
