import { type BudgetMark, type BudgetPeriod, wallClock } from '@plimsoll/contract';
import { displayMoney, MONEY_SCALE } from './money.js';

const dayMs = 86_400_000;
const unit = 10n ** BigInt(MONEY_SCALE);

/** A money budget in one calendar period of its zone. Amounts in 1e-12 USD, instants in epoch milliseconds. */
export interface BudgetSpending {
  readonly amount: bigint;
  readonly spent: bigint;
  /** At the end of the period, with its 95 % interval; null where the days so far do not suffice for one. */
  readonly forecast: { readonly amount: bigint; readonly low: bigint; readonly high: bigint } | null;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * How fast a budget M is spent: S(t) / (M x elapsed / period), from slo-incidents 1. 1 = just so that it lasts; what is
 * spent of a period that is over is compared with all of it. Six decimals; null before the period, at its first instant
 * and for a budget of nothing.
 */
export function budgetPace({ amount, spent, from, to }: BudgetSpending, nowMs: number): number | null {
  const elapsed = Math.min(nowMs, to) - from;
  if (elapsed <= 0 || amount <= 0n) return null;
  return Number((spent * BigInt(to - from) * 1_000_000n) / (amount * BigInt(elapsed))) / 1e6;
}

/** Marks that spending has reached; a forecast says nothing once the amount is spent. */
export function passedMarks({ amount, spent, forecast }: Omit<BudgetSpending, 'from' | 'to'>): BudgetMark[] {
  if (amount <= 0n) return [];
  const reached = (percent: bigint): boolean => spent * 100n >= amount * percent;
  const passed: BudgetMark[] = [];
  if (reached(50n)) passed.push('50 %');
  if (reached(80n)) passed.push('80 %');
  if (reached(100n)) passed.push('100 %');
  else if (forecast !== null && forecast.amount >= amount) passed.push('forecast 100 %');
  return passed;
}

/** Which day of the period it is in its zone, from 1, and how many it has; the last one when the period is over. */
export function budgetDay(
  { from, to }: Pick<BudgetSpending, 'from' | 'to'>,
  timeZone: string,
  nowMs: number,
): { day: number; days: number } {
  const numberOf = (at: number): number => Math.floor(wallClock(at, timeZone) / dayMs);
  const first = numberOf(from);
  const days = numberOf(to - 1) - first + 1;
  return { day: Math.min(days, Math.max(1, numberOf(nowMs) - first + 1)), days };
}

/** `2026-11`, `2026-Q4` or `2026`: the same period in every zone, wherever its first instant lies. */
export function budgetPeriodName(period: BudgetPeriod, timeZone: string, from: number): string {
  const month = new Date(wallClock(from, timeZone)).toISOString().slice(0, 7);
  if (period === 'month') return month;
  const year = month.slice(0, 4);
  return period === 'year' ? year : `${year}-Q${Math.ceil(Number(month.slice(5)) / 3)}`;
}

/**
 * What Finance is told, in one line:
 * `Budget team-a: 80 % of $500 spent ($400) on day 12 of 30; pace 2.0; forecast $1,240 ($1,100 to $1,380)`.
 * @param fresh marks that are told now, at least one
 */
export function budgetWords(
  budget: BudgetSpending & { readonly name: string; readonly period: BudgetPeriod; readonly timeZone: string },
  fresh: readonly BudgetMark[],
  nowMs: number,
): string {
  const { name, amount, spent, forecast, period, timeZone } = budget;
  const share = fresh.findLast((mark) => mark !== 'forecast 100 %');
  const { day, days } = budgetDay(budget, timeZone, nowMs);
  const over = nowMs >= budget.to;
  const when = over ? `by the end of ${budgetPeriodName(period, timeZone, budget.from)}` : `on day ${day} of ${days}`;
  const pace = budgetPace(budget, nowMs);
  const said =
    share === undefined
      ? `${dollars(spent)} of ${dollars(amount)} spent`
      : `${share} of ${dollars(amount)} spent (${dollars(spent)})`;
  const parts = [`${said} ${when}`];
  if (pace !== null) parts.push(`pace ${pace.toFixed(pace < 1 ? 2 : 1)}`);
  if (forecast !== null) {
    const reaches = fresh.includes('forecast 100 %') ? ': the budget will not last' : '';
    parts.push(
      `forecast ${dollars(forecast.amount)} (${dollars(forecast.low)} to ${dollars(forecast.high)})${reaches}`,
    );
  }
  return `Budget ${name}: ${parts.join('; ')}`;
}

/** Whole from a thousand up and where there are no cents; of less than a dollar, four places. */
function dollars(amount: bigint): string {
  const places = amount % unit === 0n || amount >= 1000n * unit ? 0 : amount >= unit ? 2 : 4;
  const [whole = '', cents] = displayMoney(amount, places).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `$${grouped}${cents === undefined ? '' : `.${cents}`}`;
}
