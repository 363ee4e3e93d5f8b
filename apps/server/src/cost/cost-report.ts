import type { CostReport, CostRow } from '@plimsoll/contract';
import { budgetPace, cohortFigures, forecastCost, parseMoney, passedMarks, printMoney } from '@plimsoll/cost';
import { type BudgetFact, marksOf } from './budget-fact.js';
import type { CohortCell, CostCell, CostDimension } from './cost.queries.js';
import type { CostPart } from './cost-parts.js';
import { dayName, daysOf, type Period } from './cost-period.js';

/** Rows beyond this are summed as `other`. */
const mostRows = 500;

/** An amount beside the calls' own: GPU time of a value, or what belongs to no value but is part of the total. */
export interface RemainderCell {
  kind: 'value' | 'gpu' | 'gpu_idle' | 'eval_overhead' | 'unallocated';
  /** The value for `value`, else empty. */
  key: string;
  day: string;
  part: CostPart;
  amount: bigint;
  /** GPU hours in 1e-12; null for what is not measured in hours. */
  hours: bigint | null;
}

export interface ReportFacts {
  period: Period;
  previous: Period | null;
  timeZone: string;
  currency: string;
  groupBy: CostDimension;
  /** What alone is asked for; empty = the whole project. */
  scope: BudgetFact['scope'];
  nowMs: number;
  /** Of all parts. */
  cells: readonly CostCell[];
  remainders: readonly RemainderCell[];
  /** Cost of each full day before today, oldest first, from the first day with any. */
  fullDays: readonly bigint[];
  cohorts: readonly CohortCell[];
  budgets: readonly BudgetFact[];
  notes: readonly string[];
}

interface Sum {
  key: string;
  kind: CostRow['kind'];
  amount: bigint;
  calls: number;
  tokens: number;
}

function addUp(cells: readonly CostCell[], remainders: readonly RemainderCell[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  const sumOf = (key: string, kind: CostRow['kind']): Sum => {
    const id = `${kind} ${key}`;
    let sum = sums.get(id);
    if (sum === undefined) sums.set(id, (sum = { key, kind, amount: 0n, calls: 0, tokens: 0 }));
    return sum;
  };
  for (const cell of cells) {
    const sum = cell.key === '' ? sumOf('unallocated', 'unallocated') : sumOf(cell.key, 'value');
    sum.amount += parseMoney(cell.amount);
    sum.calls += cell.calls;
    sum.tokens += Number(cell.tokens);
  }
  for (const { kind, key, amount } of remainders) sumOf(kind === 'value' ? key : kind, kind).amount += amount;
  return sums;
}

const order: Readonly<Record<CostRow['kind'], number>> = {
  value: 0,
  other: 1,
  gpu: 2,
  gpu_idle: 3,
  eval_overhead: 4,
  unallocated: 5,
};

function ranked(sums: Iterable<Sum>): Sum[] {
  const sorted = [...sums].sort((a, b) => {
    if (a.kind !== b.kind) return order[a.kind] - order[b.kind];
    return a.amount === b.amount ? (a.key < b.key ? -1 : 1) : a.amount > b.amount ? -1 : 1;
  });
  const values = sorted.filter(({ kind }) => kind === 'value');
  if (values.length <= mostRows) return sorted;
  const other: Sum = { key: 'other', kind: 'other', amount: 0n, calls: 0, tokens: 0 };
  for (const sum of values.slice(mostRows)) {
    other.amount += sum.amount;
    other.calls += sum.calls;
    other.tokens += sum.tokens;
  }
  return [...values.slice(0, mostRows), other, ...sorted.filter(({ kind }) => kind !== 'value')];
}

function total(sums: Iterable<{ amount: bigint }>): bigint {
  let sum = 0n;
  for (const { amount } of sums) sum += amount;
  return sum;
}

function cohortColumns(
  cohort: CohortCell | undefined,
): Pick<CostRow, 'outcomes' | 'successes' | 'costPerOutcome' | 'costPerSuccess' | 'outcomeRate' | 'provisionalShare'> {
  if (cohort === undefined) {
    return {
      outcomes: 0,
      successes: 0,
      costPerOutcome: null,
      costPerSuccess: null,
      outcomeRate: null,
      provisionalShare: null,
    };
  }
  const decided = cohort.success + cohort.failure + cohort.neutral;
  const counts = { ...cohort, undecided: cohort.traces - decided };
  const figures = cohortFigures(parseMoney(cohort.cost), counts, cohort.pending === 0);
  return {
    outcomes: decided,
    successes: cohort.success,
    // Without a single outcome the figure would only divide by nothing anybody declared.
    costPerOutcome: figures.costPerOutcome === null ? null : printMoney(figures.costPerOutcome),
    costPerSuccess: figures.costPerSuccess === null ? null : printMoney(figures.costPerSuccess),
    outcomeRate: decided === 0 ? null : cohort.success / decided,
    provisionalShare: decided === 0 || cohort.traces === 0 ? null : cohort.pending / cohort.traces,
  };
}

function budgetOf(facts: ReportFacts, key: string): string | null {
  const { groupBy } = facts;
  if (groupBy !== 'feature' && groupBy !== 'customer' && groupBy !== 'team') return null;
  const found = facts.budgets.find(
    ({ scope, period }) => scope[groupBy] === key && period.from === facts.period.from && period.to === facts.period.to,
  );
  return found === undefined ? null : printMoney(found.amount);
}

function daysOfReport(
  facts: ReportFacts,
  cells: readonly CostCell[],
  remainders: readonly RemainderCell[],
  rows: readonly Sum[],
): CostReport['days'] {
  const { period, timeZone, nowMs } = facts;
  const shown = new Set(rows.filter(({ kind }) => kind === 'value').map(({ key }) => key));
  const byDay = new Map<string, Map<string, bigint>>();
  const add = (day: string, key: string, amount: bigint): void => {
    let keys = byDay.get(day);
    if (keys === undefined) byDay.set(day, (keys = new Map()));
    keys.set(key, (keys.get(key) ?? 0n) + amount);
  };
  for (const { day, key, amount } of cells)
    add(day, key === '' ? 'unallocated' : shown.has(key) ? key : 'other', parseMoney(amount));
  for (const { day, kind, key, amount } of remainders) {
    add(day, kind !== 'value' ? kind : shown.has(key) ? key : 'other', amount);
  }
  const elapsed = { from: period.from, to: Math.max(period.from + 1, Math.min(period.to, nowMs)) };
  return daysOf(elapsed, timeZone).map(({ day }) => {
    const keys = byDay.get(day) ?? new Map<string, bigint>();
    const amounts = [...keys].map(([key, amount]) => ({ key, amount }));
    const byKey = Object.fromEntries(amounts.map(({ key, amount }) => [key, printMoney(amount)]));
    return { day, amount: printMoney(total(amounts)), byKey };
  });
}

interface Forecast {
  report: NonNullable<CostReport['forecast']>;
  /** Expected cost of each day from today on. */
  daily: bigint;
}

/** Spent on the period's full days, plus the forecast from today to its end: today's part is never a full day. */
function forecastOf(facts: ReportFacts, amounts: CostReport['days']): Forecast | null {
  const { period, timeZone, nowMs } = facts;
  if (nowMs >= period.to || nowMs < period.from) return null;
  const remaining = daysOf({ from: nowMs, to: period.to }, timeZone).length;
  const forecast = forecastCost(facts.fullDays, remaining);
  if (forecast === null) return null;
  const today = dayName(nowMs, timeZone);
  const spentToday = parseMoney(amounts.find(({ day }) => day === today)?.amount ?? '0');
  const full = total(amounts.filter(({ day }) => day !== today).map(({ amount }) => ({ amount: parseMoney(amount) })));
  // What is spent already is certain: no end of the interval may lie below it.
  const atLeast = (amount: bigint): bigint => full + (amount > spentToday ? amount : spentToday);
  return {
    report: {
      amount: printMoney(atLeast(forecast.amount)),
      low: printMoney(atLeast(forecast.low)),
      high: printMoney(atLeast(forecast.high)),
      method: forecast.method,
    },
    daily: forecast.amount / BigInt(remaining),
  };
}

/** When the running sum of the days passed the budget, and when the forecast says it will. */
function budgetReport(
  facts: ReportFacts,
  amounts: CostReport['days'],
  forecast: Forecast | null,
): CostReport['budget'] {
  const budget = facts.budgets.find(
    ({ scope, period }) =>
      sameScope(scope, facts.scope) && period.from === facts.period.from && period.to === facts.period.to,
  );
  if (budget === undefined) return null;
  const days = daysOf(facts.period, facts.timeZone);
  let spent = 0n;
  let exceededOn: string | null = null;
  let forecastExceedsOn: string | null = null;
  const today = dayName(facts.nowMs, facts.timeZone);
  for (const [index, { day, start }] of days.entries()) {
    const known = amounts[index];
    const future = start > facts.nowMs;
    const actual = known === undefined ? 0n : parseMoney(known.amount);
    const expected = day === today || future ? (forecast?.daily ?? 0n) : 0n;
    if (!future && exceededOn === null && spent + actual > budget.amount) exceededOn = new Date(start).toISOString();
    spent += actual > expected ? actual : expected;
    if (forecast !== null && forecastExceedsOn === null && spent > budget.amount)
      forecastExceedsOn = new Date(start).toISOString();
  }
  const spending = {
    ...budget.period,
    amount: budget.amount,
    spent: total(amounts.map(({ amount }) => ({ amount: parseMoney(amount) }))),
    forecast: forecast === null ? null : moneyOf(forecast.report),
  };
  return {
    amount: printMoney(budget.amount),
    exceededOn,
    forecastExceedsOn,
    pace: budgetPace(spending, facts.nowMs),
    marks: marksOf(budget, passedMarks(spending)),
  };
}

const moneyOf = ({ amount, low, high }: Forecast['report']) => ({
  amount: parseMoney(amount),
  low: parseMoney(low),
  high: parseMoney(high),
});

function sameScope(one: BudgetFact['scope'], other: BudgetFact['scope']): boolean {
  return one.feature === other.feature && one.customer === other.customer && one.team === other.team;
}

function only<T extends { part: CostPart }>(part: CostPart, cells: readonly T[]): T[] {
  return cells.filter((cell) => cell.part === part);
}

/** What makes the total less than certain. */
function certainty(
  cells: readonly CostCell[],
): Pick<
  CostReport,
  'unpricedCalls' | 'unpricedTokens' | 'unpricedModels' | 'fallbackCalls' | 'usageConflicts' | 'priceVersion'
> {
  const models = new Set<string>();
  const versions = new Set<string>();
  const sum = { unpricedCalls: 0, unpricedTokens: 0, fallbackCalls: 0, usageConflicts: 0 };
  for (const cell of cells) {
    for (const model of cell.unpriced_models) models.add(model);
    for (const version of cell.price_versions) versions.add(version);
    sum.unpricedCalls += cell.unpriced_calls;
    sum.unpricedTokens += Number(cell.unpriced_token_sum);
    sum.fallbackCalls += cell.fallback_calls;
    sum.usageConflicts += cell.usage_conflicts;
  }
  return { ...sum, unpricedModels: [...models].sort().slice(0, 20), priceVersion: [...versions].sort().join(', ') };
}

function otherCurrencies(cells: readonly CostCell[]): string[] {
  const currencies = [...new Set(cells.flatMap((cell) => cell.other_currencies))].sort();
  return currencies.length === 0 ? [] : [`Calls reported in ${currencies.join(', ')} are not in these amounts.`];
}

/** The cost page as a pure function of what the store and the people said; every total is the sum of its parts. */
export function buildCostReport(facts: ReportFacts): CostReport {
  const cells = only('current', facts.cells);
  const remainders = only('current', facts.remainders);
  const sums = addUp(cells, remainders);
  const before = addUp(only('previous', facts.cells), only('previous', facts.remainders));
  const rows = ranked(sums.values());
  const cohorts = new Map(facts.cohorts.map((cohort) => [cohort.key === '' ? 'unallocated' : cohort.key, cohort]));
  const whole = total(rows);
  const allocated = total(rows.filter(({ kind }) => kind === 'value' || kind === 'other'));
  const days = daysOfReport(facts, cells, remainders, rows);
  const forecast = forecastOf(facts, days);
  const compared = facts.previous !== null;
  return {
    from: new Date(facts.period.from).toISOString(),
    to: new Date(facts.period.to).toISOString(),
    timeZone: facts.timeZone,
    currency: facts.currency,
    groupBy: facts.groupBy,
    total: printMoney(whole),
    previousTotal: compared ? printMoney(total(before.values())) : null,
    allocatedShare: whole === 0n ? null : Number((allocated * 1_000_000n) / whole) / 1_000_000,
    unallocated: printMoney(total(rows.filter(({ kind }) => kind === 'unallocated'))),
    ...certainty(cells),
    forecast: forecast?.report ?? null,
    budget: budgetReport(facts, days, forecast),
    days,
    items: rows.map(({ key, kind, amount, calls, tokens }) => ({
      key,
      kind,
      amount: printMoney(amount),
      previousAmount: compared ? printMoney(before.get(`${kind} ${key}`)?.amount ?? 0n) : null,
      calls,
      tokens,
      ...cohortColumns(cohorts.get(key)),
      budget: kind === 'value' ? budgetOf(facts, key) : null,
    })),
    asOf: new Date(facts.nowMs).toISOString(),
    notes: [...facts.notes, ...otherCurrencies(cells)],
  };
}
