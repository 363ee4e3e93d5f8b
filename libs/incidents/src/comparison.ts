import { type Cell, type Counts, groupBy, sumCounts, valueOf } from './cells.js';
import type { Stratum } from './mantel-haenszel.js';

/** Fewer concurrent controls (or exposed beside them) than this, and the same cells of the baseline are the control. */
const leastConcurrent = 30;
/** Below this share of exposed events with a control, attributes that no candidate claims stop being held fixed. */
const leastCoverage = 0.5;

export interface Comparison {
  readonly strata: readonly Stratum[];
  readonly exposed: Counts;
  readonly control: Counts;
  readonly source: 'concurrent' | 'baseline' | 'rescored';
  /** Share of the exposed events that have a control. */
  readonly coverage: number;
  /** What the two sides are made of: `exposed` and `control` are the sums of these. */
  readonly cells: ComparedCells;
}

export interface ComparedCells {
  readonly exposed: readonly Cell[];
  readonly control: readonly Cell[];
}

export interface ComparisonRequest {
  readonly cells: readonly Cell[];
  /** One entry a cell. */
  readonly exposed: readonly boolean[];
  /** Attributes of the other candidates: always held fixed. */
  readonly candidateAttributes: readonly string[];
  /** All other attributes of the cells: held fixed while that leaves most exposed events with a control. */
  readonly freeAttributes: readonly string[];
}

/**
 * Exposed beside unexposed events, stratified by everything else. The control runs at the same time (a canary, the old
 * version still live) when there is enough of it, else it is the same cell of the baseline; cells with neither drop out.
 * Null when nothing can be compared.
 */
export function compareExposed(request: ComparisonRequest): Comparison | null {
  const fine = compareWithin(request, [...request.candidateAttributes, ...request.freeAttributes]);
  if (request.freeAttributes.length === 0 || (fine !== null && fine.coverage >= leastCoverage)) return fine;
  const coarse = compareWithin(request, request.candidateAttributes);
  return coarse !== null && coarse.coverage >= leastCoverage ? coarse : fine;
}

interface Sides {
  readonly exposed: Side;
  readonly concurrent: Side;
  readonly baseline: Side;
}

interface Side extends Counts {
  readonly cells: readonly Cell[];
}

function compareWithin({ cells, exposed }: ComparisonRequest, attributes: readonly string[]): Comparison | null {
  const indexed = cells.map((cell, index) => ({ cell, exposed: exposed[index] === true }));
  const groups = groupBy(indexed, ({ cell }) => JSON.stringify(attributes.map((name) => valueOf(cell, name))));
  const sides = [...groups.values()].map((group): Sides => {
    const pick = (period: Cell['period'], isExposed: boolean): Side => {
      const side = group.filter((item) => item.cell.period === period && item.exposed === isExposed);
      const picked = side.map(({ cell }) => cell);
      return { ...sumCounts(picked), cells: picked };
    };
    return {
      exposed: pick('incident', true),
      concurrent: pick('incident', false),
      baseline: pick('baseline', false),
    };
  });
  const exposedN = sides.reduce((sum, side) => sum + side.exposed.n, 0);
  const source = enoughConcurrent(sides) ? 'concurrent' : 'baseline';
  const pairs = sides.flatMap((side) => {
    const control = source === 'concurrent' && side.concurrent.n > 0 ? side.concurrent : side.baseline;
    return side.exposed.n > 0 && control.n > 0 ? [{ exposed: side.exposed, control }] : [];
  });
  if (pairs.length === 0) return null;
  const matched = sumCounts(pairs.map((pair) => pair.exposed));
  return {
    strata: pairs.map((pair): Stratum => ({ exposed: countsOf(pair.exposed), control: countsOf(pair.control) })),
    exposed: matched,
    control: sumCounts(pairs.map((pair) => pair.control)),
    source,
    coverage: matched.n / exposedN,
    cells: {
      exposed: pairs.flatMap((pair) => pair.exposed.cells),
      control: pairs.flatMap((pair) => pair.control.cells),
    },
  };
}

const countsOf = ({ n, bad }: Side): Counts => ({ n, bad });

function enoughConcurrent(sides: readonly Sides[]): boolean {
  const both = sides.filter((side) => side.exposed.n > 0 && side.concurrent.n > 0);
  const least = Math.min(
    sumCounts(both.map((side) => side.exposed)).n,
    sumCounts(both.map((side) => side.concurrent)).n,
  );
  return least >= leastConcurrent;
}
