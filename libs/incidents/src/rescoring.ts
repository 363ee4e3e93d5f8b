import { type Cell, rateOf } from './cells.js';
import type { Comparison } from './comparison.js';
import { clipEvidence, weighEvidence } from './evidence.js';
import type { Effect } from './effect.js';

/** Calls from before a change of the scorer, scored by the version before it and again by the one after. */
export interface Rescored {
  readonly n: number;
  readonly badBefore: number;
  readonly badAfter: number;
}

/** Rise of the bad share that the measurement alone makes, the product being the same calls; 0 where nothing speaks for one. */
function riseOf({ n, badBefore, badAfter }: Rescored): number {
  if (n <= 0 || badAfter <= badBefore) return 0;
  const evidence = weighEvidence({ n, bad: badAfter }, { n, bad: badBefore });
  return evidence.unclipped > 0 ? (badAfter - badBefore) / n : 0;
}

/** Scored again are calls of their own choice, which are no cells. */
const none = { exposed: [], control: [] };

/** What scoring again shows of a change: the same calls on both sides, so that nothing else can differ. */
export function rescoredEffect({ n, badBefore, badAfter }: Rescored): Effect {
  const [exposed, control] = [
    { n, bad: badAfter },
    { n, bad: badBefore },
  ];
  const comparison: Comparison = {
    strata: [{ exposed, control }],
    exposed,
    control,
    source: 'rescored',
    coverage: 1,
    cells: none,
  };
  const evidence = weighEvidence(exposed, control);
  const riskDifference = rateOf(exposed) - rateOf(control);
  const log10 = clipEvidence(evidence.unclipped);
  return { contribution: riskDifference, riskDifference, exposedShare: 1, evidence, log10, comparison, reason: null };
}

/** The cells as the scorer from before would have counted the incident: other changes are judged on what is left. */
export function withoutMeasured(cells: readonly Cell[], rescored: readonly Rescored[]): readonly Cell[] {
  const rise = rescored.reduce((sum, one) => sum + riseOf(one), 0);
  if (rise === 0) return cells;
  return cells.map((cell) =>
    cell.period === 'incident' ? { ...cell, bad: Math.max(0, cell.bad - cell.n * rise) } : cell,
  );
}
