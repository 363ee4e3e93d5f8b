import { type BudgetMark, budgetMarks, type PassedMark } from '@plimsoll/contract';
import { budgetPeriodName, parseMoney } from '@plimsoll/cost';
import { calendarPeriod } from '@plimsoll/slo';
import type { EntityManager } from 'typeorm';
import { type NotedMark, notedMarks } from './budget-marks.queries.js';
import type { BudgetEntity, BudgetScope } from './cost.entity.js';
import type { Period } from './cost-period.js';

/** A budget in one calendar period of its zone. */
export interface BudgetFact {
  id: string;
  name: string;
  amount: bigint;
  /** Empty = the whole project. */
  scope: Readonly<BudgetScope>;
  period: Period;
  /** `2026-11`, `2026-Q4` or `2026`. */
  periodName: string;
  /** Marks that were noted in this period. */
  noted: readonly NotedMark[];
}

/** Budgets with the calendar period of their own zone that holds an instant, and what was noted of each in it. */
export async function budgetFacts(
  manager: EntityManager,
  projectId: string,
  entities: readonly BudgetEntity[],
  atMs: number,
): Promise<BudgetFact[]> {
  const facts = entities.map((entity) => budgetFactOf(entity, atMs));
  const names = [...new Set(facts.map(({ periodName }) => periodName))];
  const noted = names.length === 0 ? [] : await notedMarks(manager, projectId, names);
  return facts.map((fact) => ({
    ...fact,
    noted: noted.filter(({ budgetId, period }) => budgetId === fact.id && period === fact.periodName),
  }));
}

function budgetFactOf({ id, name, amount, scope, period, timeZone }: BudgetEntity, atMs: number): BudgetFact {
  const { start, end } = calendarPeriod(period, timeZone, atMs);
  return {
    id,
    name,
    amount: parseMoney(amount),
    scope,
    period: { from: start, to: end },
    periodName: budgetPeriodName(period, timeZone, start),
    noted: [],
  };
}

/** What was noted stays, whatever became of the amounts since; beside it what was passed and is not noted yet. */
export function marksOf({ noted }: Pick<BudgetFact, 'noted'>, passed: readonly BudgetMark[]): PassedMark[] {
  const noticed = new Map(noted.map(({ mark, passedAt }) => [mark, passedAt.toISOString()]));
  return budgetMarks
    .filter((mark) => noticed.has(mark) || passed.includes(mark))
    .map((mark) => ({ mark, at: noticed.get(mark) ?? null }));
}
