import { parseMoney } from '@plimsoll/cost';
import { calendarPeriod } from '@plimsoll/slo';
import type { BudgetEntity } from './cost.entity.js';
import type { BudgetFact } from './cost-report.js';

/** A budget with the calendar period of its own zone that holds an instant. */
export function budgetFactOf(entity: BudgetEntity, atMs: number): BudgetFact {
  const { start, end } = calendarPeriod(entity.period, entity.timeZone, atMs);
  return {
    name: entity.name,
    amount: parseMoney(entity.amount),
    scope: entity.scope,
    period: { from: start, to: end },
  };
}
