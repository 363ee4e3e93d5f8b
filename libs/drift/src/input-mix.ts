import { quantileEdges } from './bins.js';
import { pick, type Window } from './window.js';

/** Bands of question length within which answers are comparable. */
const LENGTH_BANDS = 4;

/** The cell of each observation: its stratum and the length band of its question. */
function cells(window: Window, edges: readonly number[]): string[] {
  const lengths = window.columns.find(({ name }) => name === 'input_characters')?.values ?? [];
  return window.strata.map((stratum, index) => {
    const length = lengths[index];
    const band = typeof length === 'number' ? edges.filter((edge) => length >= edge).length : 'none';
    return `${stratum ?? ''}\u0000${band}`;
  });
}

function byCell(names: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  names.forEach((name, index) => {
    const own = found.get(name);
    if (own) own.push(index);
    else found.set(name, [index]);
  });
  return found;
}

/** `count` of the values, evenly spread, starting at a place that the seed moves. */
function spreadOver(values: readonly number[], count: number, seed: number): number[] {
  const start = seed % values.length;
  return Array.from(
    { length: count },
    (_, index) => values[(start + Math.floor((index * values.length) / count)) % values.length] as number,
  );
}

/**
 * Both windows cut down so that every cell of question kinds has the same share on either side: what then still differs
 * is not the mix. Cells that only one side has are left out. `seed` chooses among equals.
 */
export function matchMix(reference: Window, current: Window, seed: number): { reference: Window; current: Window } {
  const lengths = (reference.columns.find(({ name }) => name === 'input_characters')?.values ?? []).filter(
    (value): value is number => typeof value === 'number',
  );
  const edges = lengths.length === 0 ? [] : quantileEdges(lengths, LENGTH_BANDS);
  const before = byCell(cells(reference, edges));
  const after = byCell(cells(current, edges));
  const shared = [...after.keys()].filter((cell) => before.has(cell)).sort();
  const size = (side: Map<string, number[]>, cell: string): number => side.get(cell)?.length ?? 0;
  const totals = shared.reduce(
    (sum, cell) => ({ before: sum.before + size(before, cell), after: sum.after + size(after, cell) }),
    { before: 0, after: 0 },
  );
  const ratio = totals.after === 0 ? 0 : totals.before / totals.after;
  const kept = { before: [] as number[], after: [] as number[] };
  for (const cell of shared) {
    // The same number of reference values per current value in every cell; the scarcer side of the cell sets both.
    const perCurrent = Math.min(size(after, cell), size(before, cell) / ratio);
    const wantedAfter = Math.floor(perCurrent);
    const wantedBefore = Math.min(size(before, cell), Math.round(wantedAfter * ratio));
    kept.before.push(...spreadOver(before.get(cell) ?? [], wantedBefore, seed));
    kept.after.push(...spreadOver(after.get(cell) ?? [], wantedAfter, seed));
  }
  return { reference: pick(reference, kept.before), current: pick(current, kept.after) };
}
