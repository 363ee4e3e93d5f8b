import type { AttributeDecomposition } from './mix-and-rate.js';

/** strong, possible, weak: how well it explains; excluded: after the onset, not there, or ten to one against. */
export type Band = 'strong' | 'possible' | 'weak' | 'excluded';

/** What the ranking says in one phrase; `suspect` names the first of the list. */
export type Verdict = 'suspect' | 'inseparable' | 'traffic mix' | 'no change found' | 'too few to judge';

export interface Suspect {
  readonly id: string;
  readonly kind: string;
  /** prior * kernel * 10^evidence * explained (clipped to .01..1); the same for all of an inseparable group. */
  readonly score: number;
  /** Share of all scores, the unknown included; a group's share is shown with each of its members. */
  readonly share: number;
  /** Contribution / Delta. */
  readonly explained: number;
  /** Mantel-Haenszel, all other candidates held fixed; null where nothing can be compared. */
  readonly riskDifference: number | null;
  readonly crudeRiskDifference: number | null;
  /** Share of the incident's events that the change exposes. */
  readonly exposedShare: number;
  readonly contribution: number;
  readonly prior: number;
  readonly kernel: number;
  /** log10 of the evidence for "worse", -2..2; 0 where nothing can be compared. */
  readonly evidence: number;
  readonly lnBayesFactor: number | null;
  readonly probabilityWorse: number | null;
  readonly control: 'concurrent' | 'baseline' | 'rescored' | 'mix' | null;
  readonly exposed: { readonly n: number; readonly bad: number } | null;
  readonly unexposed: { readonly n: number; readonly bad: number } | null;
  readonly band: Band;
  readonly groupedWith: readonly string[];
  /** Why it is excluded or cannot be judged. */
  readonly reason: string | null;
}

export interface SuspectRanking {
  readonly baselineRate: number;
  readonly incidentRate: number;
  readonly delta: number;
  readonly byAttribute: readonly AttributeDecomposition[];
  /** Best first; those outside the window last. */
  readonly suspects: readonly Suspect[];
  readonly unknownScore: number;
  readonly unknownShare: number;
  /** Events of the same hours a week before, where they were asked for. */
  readonly season: { readonly n: number; readonly bad: number } | null;
  /** They were as bad: what can only be compared with the day before is named no more than weak. */
  readonly seasonal: boolean;
  readonly verdict: Verdict;
}
