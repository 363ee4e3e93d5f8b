import { type CandidateChange, exposureOf, movesTraffic, shownIn } from './candidates.js';
import type { Cell } from './cells.js';

/** Above this overlap no data can tell two changes apart. */
const inseparableJaccard = 0.95;

/** Jaccard index of two exposures, over events. Zero when neither exposes anything. */
function exposureJaccard(a: readonly boolean[], b: readonly boolean[], cells: readonly Cell[]): number {
  let both = 0;
  let either = 0;
  cells.forEach((cell, index) => {
    if (a[index] === true && b[index] === true) both += cell.n;
    if (a[index] === true || b[index] === true) either += cell.n;
  });
  return either > 0 ? both / either : 0;
}

/** Candidates whose exposures nearly coincide, as groups (transitive); the others as groups of one. */
export function inseparableGroups(
  candidates: readonly CandidateChange[],
  cells: readonly Cell[],
  onset: number,
  end: number,
): CandidateChange[][] {
  const groups: CandidateChange[][] = [];
  for (const candidate of candidates) {
    const joined = groups.filter((group) => group.some((member) => inseparable(member, candidate, cells, onset, end)));
    const merged = [...joined.flat(), candidate];
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups;
}

function inseparable(
  a: CandidateChange,
  b: CandidateChange,
  cells: readonly Cell[],
  onset: number,
  end: number,
): boolean {
  // Moved traffic is judged by its mix part, which no exposure shares.
  if (movesTraffic(a, cells) || movesTraffic(b, cells)) return false;
  if (exposureJaccard(exposureOf(a, cells, onset), exposureOf(b, cells, onset), cells) <= inseparableJaccard)
    return false;
  if (shownIn(a, cells) !== null && shownIn(b, cells) !== null) return true;
  // One of them exposes everything since it happened, which cells do not show: compare how long each has been in place.
  const [first, second] = [end - a.at, end - b.at];
  return Math.min(first, second) / Math.max(first, second) > inseparableJaccard;
}
