import type { CostBudget, CostQuery, CostReport, CostRow } from '@plimsoll/contract';
import { formatSignificant, noValue } from '../design/format.js';
import { formatDay, toWallTime } from '../time/zone.js';

type GroupBy = CostQuery['groupBy'];

export const groupings: readonly { value: GroupBy; label: string }[] = [
  { value: 'feature', label: 'Feature' },
  { value: 'team', label: 'Team' },
  { value: 'customer', label: 'Customer' },
  { value: 'model', label: 'Model' },
  { value: 'outcome', label: 'Outcome' },
];

export function readGrouping(text: string | undefined): GroupBy {
  return groupings.find(({ value }) => value === text)?.value ?? 'feature';
}

/** The month of an instant in a zone, as `2026-11`. */
export function monthOf(ms: number, zone: string): string {
  return new Date(toWallTime(ms, zone)).toISOString().slice(0, 7);
}

export function shiftMonth(month: string, by: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

export function isMonth(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** `November 2026`. */
export function monthName(month: string): string {
  return new Date(`${month}-15T12:00:00Z`).toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

const remainders: Partial<Record<CostRow['kind'], string>> = {
  unallocated: 'Unallocated',
  gpu_idle: 'GPU idle',
  gpu: 'GPU',
  eval_overhead: 'Scoring of answers',
  other: 'All others',
};

export function rowName(row: CostRow): string {
  return remainders[row.kind] ?? row.key;
}

/** Only for the eye: amounts themselves stay decimals. */
export function shareOf(amount: string, total: string): number | null {
  return Number(total) === 0 ? null : Number(amount) / Number(total);
}

/** Change against the previous period as a share; null where there is nothing to compare with. */
export function changeOf(amount: string, previous: string | null): number | null {
  const before = Number(previous);
  return previous === null || before === 0 ? null : Number(amount) / before - 1;
}

/** `will hold; pace 0.83x; passed 50 %` */
export function budgetNote(budget: CostReport['budget'], zone: string): string {
  if (budget === null) return 'none is set';
  const parts = [
    budget.exceededOn
      ? `exceeded on ${formatDay(budget.exceededOn, zone)}`
      : budget.forecastExceedsOn
        ? `will be exceeded about ${formatDay(budget.forecastExceedsOn, zone)}`
        : 'will hold',
  ];
  if (budget.pace !== null) parts.push(`pace ${paceWords(budget.pace)}`);
  if (budget.marks.length > 0) parts.push(`passed ${budget.marks.map(({ mark }) => mark).join(', ')}`);
  return parts.join('; ');
}

/** `1.1x`: two digits are enough to see whether a budget lasts. */
export function paceWords(pace: number | null): string {
  return pace === null ? noValue : `${formatSignificant(pace, 2)}x`;
}

/** `the whole project`, `feature search`. */
export function scopeWords({ feature, customer, team }: CostBudget['scope']): string {
  const named = { feature, customer, team };
  const parts = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return parts.length === 0 ? 'the whole project' : parts.join(', ');
}
