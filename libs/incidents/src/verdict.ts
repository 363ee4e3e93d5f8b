import type { CandidateChange } from './candidates.js';
import type { Counts } from './cells.js';
import type { AttributeDecomposition } from './mix-and-rate.js';
import type { Band, Suspect, Verdict } from './suspect.js';

/** Fewer events than this on either side and nothing is said. */
const leastEvents = 30;
/** Part of Delta that a change, or a mix, must explain before it is named. */
const mostOfDelta = 0.5;

/**
 * Where only before and after can be compared, everything that happened before explains as well: then nearness in time
 * is the evidence. exp(-1/2) is one hour before the onset, exp(-3/2) three.
 */
const close = Math.exp(-0.5);
const nearEnough = Math.exp(-1.5);

interface BandInput {
  readonly share: number;
  readonly explained: number;
  /** log10, clipped. */
  readonly evidence: number;
  readonly isMix: boolean;
  /** Before and after is all there is to compare: no control ran at the same time. */
  readonly beforeAndAfter: boolean;
  readonly kernel: number;
  /** Whether the incident differs from the baseline at all. */
  readonly moved: boolean;
  readonly reason: string | null;
}

/**
 * strong: ten to one, explains at least 30 % and outweighs everything else together;
 * possible: speaks for it, explains at least 10 %, share at least 10 %;
 * excluded: ten to one against, or not there at all.
 */
export function bandOf(input: BandInput): Band {
  const { share, explained, evidence, isMix, moved, reason } = input;
  if (reason === 'not seen in the incident' || evidence <= -1) return 'excluded';
  if (!moved || reason !== null) return 'weak';
  if (isMix) {
    if (explained >= mostOfDelta && share >= 0.5) return 'strong';
    return explained >= 0.3 && share >= 0.1 ? 'possible' : 'weak';
  }
  if (input.beforeAndAfter && input.kernel < nearEnough) return 'weak';
  const isClose = !input.beforeAndAfter || input.kernel >= close;
  if (isClose && evidence >= 1 && explained >= 0.3 && share >= 0.5) return 'strong';
  return evidence > 0 && explained >= 0.1 && share >= 0.1 ? 'possible' : 'weak';
}

interface VerdictInput {
  readonly baseline: Counts;
  readonly incident: Counts;
  readonly delta: number;
  readonly moved: boolean;
  readonly byAttribute: readonly AttributeDecomposition[];
  readonly changes: readonly CandidateChange[];
  readonly suspects: readonly Suspect[];
}

export function verdictOf({ baseline, incident, delta, moved, byAttribute, changes, suspects }: VerdictInput): Verdict {
  if (baseline.n < leastEvents || incident.n < leastEvents) return 'too few to judge';
  if (!moved) return 'no change found';
  const named = suspects.filter(({ band }) => band === 'strong' || band === 'possible');
  const top = named.toSorted((a, b) => b.score - a.score)[0];
  const mix = largestMixShare(byAttribute, changes, delta);
  if (mix >= mostOfDelta && (top === undefined || top.control === 'mix' || top.explained < mix)) return 'traffic mix';
  if (top === undefined) return 'no change found';
  if (top.control === 'mix') return 'traffic mix';
  return top.groupedWith.length > 0 ? 'inseparable' : 'suspect';
}

/** Versions that replace each other are no mix: attributes on which a change declares a successor are left out. */
function largestMixShare(
  byAttribute: readonly AttributeDecomposition[],
  changes: readonly CandidateChange[],
  delta: number,
): number {
  const versioned = new Set(
    changes.flatMap(({ kind, attribute }) => (kind === 'route' || kind === 'mix' ? [] : (attribute ?? []))),
  );
  const shares = byAttribute.filter(({ attribute }) => !versioned.has(attribute)).map(({ mix }) => mix / delta);
  return Math.max(0, ...shares);
}
