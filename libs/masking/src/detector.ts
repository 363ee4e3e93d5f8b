/** Finds one kind of secret or personal datum in a text. Linear in the text; no state between calls. */
export interface Detector {
  /** Stands in the replacement, `[api_key]`, and in the counters. */
  readonly id: string;
  readonly title: string;
  /** Global pattern of candidates; it must not backtrack over unbounded repeats. */
  readonly pattern: RegExp;
  /** A cheap sign without which the pattern is not tried; absent: always tried. */
  readonly hint?: RegExp;
  /**
   * Confirms a candidate, for instance by its check digits: how many of its first characters are the finding, 0 for none.
   * Absent: every candidate is one.
   */
  readonly confirm?: (candidate: string) => number;
  /** Characters of the longest text over which it may be run; longer ones are withheld. Absent: any. */
  readonly longestText?: number;
}
