/** Counts of one combination of attribute values in one period. Sampled counts may be weighted, so not whole. */
export interface Cell {
  readonly period: 'baseline' | 'incident';
  readonly attributes: Readonly<Record<string, string>>;
  /** Eligible events. */
  readonly n: number;
  /** Summed badness, 0..n. */
  readonly bad: number;
  /** For sampled, weighted counts: Kish's effective sample size behind `n`. Defaults to `n`. */
  readonly effectiveN?: number | undefined;
}

export interface Counts {
  readonly n: number;
  readonly bad: number;
}

/** What a cell shows for an attribute that it does not carry. */
export const absent = '';

export const valueOf = (cell: Cell, attribute: string): string => cell.attributes[attribute] ?? absent;

export const inPeriod = (cells: readonly Cell[], period: Cell['period']): Cell[] =>
  cells.filter((cell) => cell.period === period);

export function sumCounts(cells: readonly Counts[]): Counts {
  let n = 0;
  let bad = 0;
  for (const cell of cells) {
    n += cell.n;
    bad += cell.bad;
  }
  return { n, bad };
}

/** Bad share; `fallback` where nothing was eligible. */
export const rateOf = (counts: Counts, fallback = 0): number => (counts.n > 0 ? counts.bad / counts.n : fallback);

/** Every attribute name that some cell carries, sorted. */
export function attributesOf(cells: readonly Cell[]): string[] {
  const names = new Set<string>();
  for (const cell of cells) for (const name of Object.keys(cell.attributes)) names.add(name);
  return [...names].toSorted();
}

/** Groups by a key, in order of first appearance. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
