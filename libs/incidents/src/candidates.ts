import { type Cell, valueOf } from './cells.js';

/** A change that may have made things worse: declared by a deploy hook or first seen in the spans. */
export interface CandidateChange {
  readonly id: string;
  /** See `kindPriors`; a kind that is not listed there gets `otherPrior`. */
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The cell attribute in which it shows, with its old and new value. Without it, it exposes everything after `at`. */
  readonly attribute?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Attribute values outside of which it changes nothing, e.g. the feature that a prompt belongs to. */
  readonly within?: Readonly<Record<string, string>> | undefined;
}

/** How often each kind turns out to be what broke quality (slo-incidents section 3, step 5). */
export const kindPriors: Readonly<Record<string, number>> = {
  prompt: 0.3,
  model: 0.25,
  provider: 0.25,
  route: 0.15,
  mix: 0.15,
  release: 0.15,
  flag: 0.15,
  retrieval: 0.1,
  tool: 0.1,
  scorer: 0.05,
  sampling: 0.05,
};
export const otherPrior = 0.1;
export const unknownPrior = 0.1;

export const hourMs = 3_600_000;
/** Changes up to this long before the onset are candidates. */
export const lookbackMs = 48 * hourMs;
/** Length of the usual baseline: a change older than this was in place during all of it. */
export const baselineMs = 24 * hourMs;
/** Decay of the plausibility with the time from change to onset. */
const kernelMs = 2 * hourMs;

export const priorOf = (kind: string): number => kindPriors[kind] ?? otherPrior;

/** exp(-(t0 - tc) / 2 h); changes inside the slack after the onset count as simultaneous. */
export const timeKernel = (onset: number, at: number): number => Math.exp(-Math.max(0, onset - at) / kernelMs);

/** Kinds that change what is measured, not the product: re-score before anything is blamed. */
export const isMeasurement = (kind: string): boolean => kind === 'scorer' || kind === 'sampling';

/** Why a change is no candidate at all, or null when it is one. */
export function outsideWindow(change: CandidateChange, onset: number, slackMs: number): string | null {
  if (change.at > onset + slackMs) return 'after onset';
  if (change.at < onset - lookbackMs) return 'more than 48 h before onset';
  return null;
}

/** The attribute in which the cells show the change, if they do. */
export function shownIn(change: CandidateChange, cells: readonly Cell[]): string | null {
  const { attribute } = change;
  if (attribute === undefined || change.to === undefined) return null;
  return cells.some((cell) => attribute in cell.attributes) ? attribute : null;
}

/**
 * A route change only moves traffic between values that were there before: its effect is the mix part of its
 * attribute. Towards a value that is new it is judged like any other exposure.
 */
export function movesTraffic(change: CandidateChange, cells: readonly Cell[]): boolean {
  if (change.kind !== 'route' && change.kind !== 'mix') return false;
  const { attribute, to } = change;
  if (attribute === undefined || !cells.some((cell) => attribute in cell.attributes)) return false;
  return (
    to === undefined ||
    cells.some((cell) => cell.period === 'baseline' && cell.n > 0 && valueOf(cell, attribute) === to)
  );
}

/** Which cells a change exposes. Without an attribute: the incident, or everything when it is older than the baseline. */
export function exposureOf(change: CandidateChange, cells: readonly Cell[], onset: number): boolean[] {
  const attribute = shownIn(change, cells);
  const within = Object.entries(change.within ?? {});
  const concerns = (cell: Cell): boolean =>
    within.every(([name, value]) => !(name in cell.attributes) || valueOf(cell, name) === value);
  if (attribute !== null) return cells.map((cell) => valueOf(cell, attribute) === change.to && concerns(cell));
  const everything = change.at < onset - baselineMs;
  return cells.map((cell) => (everything || cell.period === 'incident') && concerns(cell));
}
