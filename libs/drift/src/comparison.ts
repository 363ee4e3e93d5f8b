import type { DriftFeature } from '@plimsoll/contract';
import type { TailResult } from './tail.js';

/** One feature compared, before the family of all features decides what is significant. */
export interface Comparison {
  readonly test: DriftFeature['test'];
  readonly statistic: number | null;
  /** Null: not testable (constant or too few values); such a feature is no member of the family. */
  readonly p: number | null;
  readonly effect: number | null;
  readonly effectName: DriftFeature['effectName'];
  readonly effectFloor: number;
  readonly cliffsDelta: number | null;
  readonly wasserstein: number | null;
  readonly psi: number | null;
  readonly js: number | null;
  readonly psiUncorrected: number | null;
  readonly jsUncorrected: number | null;
  readonly tail: TailResult | null;
  readonly newLevels: readonly string[];
  readonly distribution: DriftFeature['distribution'];
}
