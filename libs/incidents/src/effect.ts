import { type CandidateChange, exposureOf, shownIn } from './candidates.js';
import { attributesOf, type Cell, inPeriod, sumCounts } from './cells.js';
import { type Comparison, compareExposed } from './comparison.js';
import { clipEvidence, type Evidence, standardiseControl, weighEvidence } from './evidence.js';
import { mantelHaenszelRiskDifference } from './mantel-haenszel.js';

/** What a group of candidates did, all other candidates held fixed. */
export interface Effect {
  readonly contribution: number;
  readonly riskDifference: number | null;
  readonly exposedShare: number;
  readonly evidence: Evidence | null;
  /** log10 of the evidence after the clip and the comparison by strata. */
  readonly log10: number;
  readonly comparison: Comparison | null;
  readonly reason: string | null;
}

/** Effect of an inseparable group (usually one change): contribution = exposed share * risk difference. */
export function measureEffect(
  members: readonly CandidateChange[],
  candidates: readonly CandidateChange[],
  cells: readonly Cell[],
  onset: number,
): Effect {
  const first = members[0];
  const exposed = first === undefined ? cells.map(() => false) : exposureOf(first, cells, onset);
  const [share0, share1] = [exposedShare(cells, exposed, 'baseline'), exposedShare(cells, exposed, 'incident')];
  const own = new Set(members.flatMap((member) => shownIn(member, cells) ?? []));
  const others = candidates.filter((candidate) => !members.includes(candidate));
  const candidateAttributes = [...new Set(others.flatMap((other) => attributeInCells(other, cells)))].filter(
    (name) => !own.has(name),
  );
  const freeAttributes = attributesOf(cells).filter((name) => !own.has(name) && !candidateAttributes.includes(name));
  const comparison = compareExposed({ cells, exposed, candidateAttributes, freeAttributes });
  const riskDifference = comparison === null ? null : mantelHaenszelRiskDifference(comparison.strata);
  if (comparison === null || riskDifference === null) {
    const reason = share1 > 0 ? 'nothing to compare with' : 'not seen in the incident';
    const nothing = { riskDifference: null, evidence: null, log10: 0, comparison: null };
    return { contribution: 0, exposedShare: share1, reason, ...nothing };
  }
  const earlier = share0 > 0 ? compareBaseline(cells, exposed, [...candidateAttributes, ...freeAttributes]) : null;
  const before = earlier === null ? 0 : (mantelHaenszelRiskDifference(earlier.strata) ?? 0);
  const scale = effectiveScale(cells);
  // Without a concurrent control, calls that were exposed before the onset beside others that were not are the better
  // witness: a change that did no harm for hours does not explain what began later.
  const witness =
    comparison.source === 'baseline' && earlier !== null && worsened(earlier, comparison, scale) ? earlier : comparison;
  const effect = witness === comparison ? riskDifference : before;
  // What was exposed already in the baseline, and as bad there, explains nothing of what moved since.
  const contribution = share1 * effect - share0 * before;
  const evidence = weighEvidence(scaled(witness.exposed, scale), scaled(witness.control, scale));
  const log10 = agreeWithStrata(evidence, witness, scale);
  return {
    contribution,
    riskDifference: effect,
    exposedShare: share1,
    evidence,
    log10,
    comparison: { ...witness, source: comparison.source },
    reason: null,
  };
}

/** Ten to one, as for a suspect to be excluded. */
const leastWitness = 1;

/**
 * Whether the exposed calls themselves got worse at the onset. A handful between the change and the onset proves nothing:
 * the onset was looked for where those before it happen to be good.
 */
function worsened(earlier: Comparison, later: Comparison, scale: number): boolean {
  return weighEvidence(scaled(later.exposed, scale), scaled(earlier.exposed, scale)).unclipped >= leastWitness;
}

function attributeInCells(change: CandidateChange, cells: readonly Cell[]): string[] {
  const { attribute } = change;
  return attribute !== undefined && cells.some((cell) => attribute in cell.attributes) ? [attribute] : [];
}

function exposedShare(cells: readonly Cell[], exposed: readonly boolean[], period: Cell['period']): number {
  const whole = sumCounts(inPeriod(cells, period));
  const part = sumCounts(cells.filter((cell, index) => cell.period === period && exposed[index] === true));
  return whole.n > 0 ? part.n / whole.n : 0;
}

/** Exposed beside unexposed within the baseline; null when there are too few of either. */
function compareBaseline(
  cells: readonly Cell[],
  exposed: readonly boolean[],
  attributes: readonly string[],
): Comparison | null {
  const kept = cells.flatMap((cell, index) =>
    cell.period === 'baseline'
      ? [{ cell: { ...cell, period: 'incident' as const }, exposed: exposed[index] === true }]
      : [],
  );
  const comparison = compareExposed({
    cells: kept.map(({ cell }) => cell),
    exposed: kept.map((item) => item.exposed),
    candidateAttributes: attributes,
    freeAttributes: [],
  });
  if (comparison?.source !== 'concurrent') return null;
  const before = (cell: Cell): Cell => ({ ...cell, period: 'baseline' });
  const { exposed: exposedCells, control } = comparison.cells;
  return { ...comparison, cells: { exposed: exposedCells.map(before), control: control.map(before) } };
}

/** Effective events behind one counted event, for sampled and weighted counts. */
function effectiveScale(cells: readonly Cell[]): number {
  const counted = cells.reduce((sum, cell) => sum + cell.n, 0);
  const effective = cells.reduce((sum, cell) => sum + (cell.effectiveN ?? cell.n), 0);
  return counted > 0 ? effective / counted : 1;
}

const scaled = (counts: { n: number; bad: number }, scale: number) => ({
  n: counts.n * scale,
  bad: counts.bad * scale,
});

/**
 * The pooled evidence may speak for a change only as loudly as the comparison standardised to the same strata does:
 * pooled counts alone mistake a change of mix for an effect.
 */
function agreeWithStrata(pooled: Evidence, comparison: Comparison, scale: number): number {
  if (pooled.log10 <= 0) return pooled.log10;
  const standardised = weighEvidence(
    scaled(comparison.exposed, scale),
    scaled(standardiseControl(comparison.strata), scale),
  );
  return Math.min(pooled.log10, Math.max(0, clipEvidence(standardised.unclipped)));
}
