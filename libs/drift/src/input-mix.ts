import { quantileEdges } from './bins.js';
import { pick, TOPIC, type Value, type Window } from './window.js';

/** Bands of question length within which answers are comparable. */
const LENGTH_BANDS = 4;
/** Bands of likeness to the current topics; five remove most of what such a score explains (Cochran 1968). */
const TOPIC_BANDS = 5;

type CellPart = (window: Window) => readonly string[];

const columnOf = (window: Window, name: string): readonly Value[] =>
  window.columns.find((column) => column.name === name)?.values ?? window.strata.map(() => null);

/** The band of each value of a column, by quantiles of the values given. */
function banded(name: string, of: readonly Window[], bands: number): CellPart {
  const values = of
    .flatMap((window) => columnOf(window, name))
    .filter((value): value is number => typeof value === 'number');
  const edges = values.length === 0 ? [] : quantileEdges(values, bands);
  return (window) =>
    columnOf(window, name).map((value) =>
      typeof value === 'number' ? String(edges.filter((edge) => value >= edge).length) : '',
    );
}

/** What makes two questions alike, by the input features that moved. */
function cellParts(reference: Window, current: Window, moved: readonly string[]): CellPart[] {
  return moved.map((name): CellPart => {
    if (name === 'stratum') return (window) => window.strata.map((stratum) => stratum ?? '');
    if (name === 'input_characters') return banded(name, [reference], LENGTH_BANDS);
    // Both sides make the bands of likeness: the current one may lie beyond the reference's.
    if (name === TOPIC) return banded(name, [reference, current], TOPIC_BANDS);
    return (window) => columnOf(window, name).map(String);
  });
}

function byCell(parts: readonly CellPart[], window: Window): Map<string, number[]> {
  const columns = parts.map((part) => part(window));
  const found = new Map<string, number[]>();
  for (let index = 0; index < window.size; index += 1) {
    const cell = columns.map((column) => column[index] ?? '').join('\0');
    const own = found.get(cell);
    if (own) own.push(index);
    else found.set(cell, [index]);
  }
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
 * Both windows cut down so that every kind of question has the same share on either side: what then still differs is
 * not the mix. Kinds are told apart by the input features that moved; those that only one side has are left out.
 * `seed` chooses among equals.
 */
export function matchMix(
  reference: Window,
  current: Window,
  moved: readonly string[],
  seed: number,
): { reference: Window; current: Window } {
  const parts = cellParts(reference, current, moved);
  const before = byCell(parts, reference);
  const after = byCell(parts, current);
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
    const wantedAfter = Math.floor(Math.min(size(after, cell), size(before, cell) / ratio));
    const wantedBefore = Math.min(size(before, cell), Math.round(wantedAfter * ratio));
    kept.before.push(...spreadOver(before.get(cell) ?? [], wantedBefore, seed));
    kept.after.push(...spreadOver(after.get(cell) ?? [], wantedAfter, seed));
  }
  return { reference: pick(reference, kept.before), current: pick(current, kept.after) };
}
