import { chiSquareSf } from './chi-square.js';
import { logGamma } from './gamma.js';

/** Counts by row (reference, current) and column (level). */
export type ContingencyTable = readonly (readonly number[])[];

/** Pearson's chi-square of a table without empty rows and columns. */
export interface ChiSquareResult {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Smallest expected count; below 5 the p-value is doubtful. */
  readonly minExpected: number;
  /** Cramer's V in 0..1. */
  readonly cramersV: number;
  /** V after Bergsma (2013); null where the correction leaves nothing to divide by. */
  readonly cramersVBiasCorrected: number | null;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function withoutEmpty(table: ContingencyTable): number[][] {
  const rows = table.filter((row) => total(row) > 0).map((row) => [...row]);
  const columns = rows[0]?.map((_, column) => total(rows.map((row) => row[column] ?? 0))) ?? [];
  return rows.map((row) => row.filter((_, column) => (columns[column] ?? 0) > 0));
}

function biasCorrectedV(phi2: number, n: number, rows: number, columns: number): number | null {
  const corrected = Math.max(0, phi2 - ((columns - 1) * (rows - 1)) / (n - 1));
  const smaller = Math.min(columns - (columns - 1) ** 2 / (n - 1), rows - (rows - 1) ** 2 / (n - 1)) - 1;
  return smaller > 0 ? Math.sqrt(corrected / smaller) : null;
}

/** Pearson's chi-square without continuity correction; undefined when fewer than two rows or columns hold counts. */
export function chiSquare(table: ContingencyTable): ChiSquareResult | undefined {
  const counts = withoutEmpty(table);
  const rowTotals = counts.map(total);
  const columnTotals = counts[0]?.map((_, column) => total(counts.map((row) => row[column] ?? 0))) ?? [];
  if (rowTotals.length < 2 || columnTotals.length < 2) return undefined;
  const n = total(rowTotals);
  let statistic = 0;
  let minExpected = Infinity;
  counts.forEach((row, i) =>
    row.forEach((count, j) => {
      const expected = ((rowTotals[i] ?? 0) * (columnTotals[j] ?? 0)) / n;
      minExpected = Math.min(minExpected, expected);
      statistic += (count - expected) ** 2 / expected;
    }),
  );
  const degreesOfFreedom = (rowTotals.length - 1) * (columnTotals.length - 1);
  const phi2 = statistic / n;
  return {
    statistic,
    degreesOfFreedom,
    p: chiSquareSf(statistic, degreesOfFreedom),
    minExpected,
    cramersV: Math.sqrt(phi2 / Math.min(rowTotals.length - 1, columnTotals.length - 1)),
    cramersVBiasCorrected: biasCorrectedV(phi2, n, rowTotals.length, columnTotals.length),
  };
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Log-probabilities of every 2 x 2 table with these margins, by the count of its first cell. */
function hypergeometric(row: number, otherRow: number, column: number): { lowest: number; log: number[] } {
  const lowest = Math.max(0, column - otherRow);
  const highest = Math.min(row, column);
  const whole = logChoose(row + otherRow, column);
  const log = Array.from(
    { length: highest - lowest + 1 },
    (_, index) => logChoose(row, lowest + index) + logChoose(otherRow, column - lowest - index) - whole,
  );
  return { lowest, log };
}

/** Tables as likely as the observed one but for rounding count as equally likely. */
const TIE_SLACK = 1e-9;

/**
 * Fisher's exact test of [[a, b], [c, d]].
 * `two-sided` sums the tables that are no likelier than the observed one; `greater` is P(first cell >= a).
 */
export function fisherExact(
  a: number,
  b: number,
  c: number,
  d: number,
  alternative: 'two-sided' | 'greater' | 'less' = 'two-sided',
): number {
  const { lowest, log } = hypergeometric(a + b, c + d, a + c);
  const observed = log[a - lowest] ?? 0;
  const counted = (value: number, cell: number): boolean => {
    if (alternative === 'greater') return cell >= a;
    if (alternative === 'less') return cell <= a;
    return value <= observed + TIE_SLACK;
  };
  return Math.min(1, total(log.map((value, index) => (counted(value, lowest + index) ? Math.exp(value) : 0))));
}
