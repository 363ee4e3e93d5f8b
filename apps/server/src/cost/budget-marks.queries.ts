import type { BudgetMark } from '@plimsoll/contract';
import type { EntityManager } from 'typeorm';

/** A mark that a budget passed in a period, which is named as `budgetPeriodName` does. */
export interface NotedMark {
  readonly budgetId: string;
  readonly period: string;
  readonly mark: BudgetMark;
  readonly passedAt: Date;
}

/** Notes a mark; false when it was noted before, in this period and whatever the amount was then. */
export async function noteMark(
  manager: EntityManager,
  { budgetId, period, mark, passedAt }: NotedMark,
  { projectId, amount }: { readonly projectId: string; readonly amount: string },
): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `INSERT INTO budget_marks (budget_id, project_id, period, mark, amount, passed_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [budgetId, projectId, period, mark, amount, passedAt],
  );
  return rows.length > 0;
}

/** What was noted of a project's budgets in these periods. */
export async function notedMarks(
  manager: EntityManager,
  projectId: string,
  periods: readonly string[],
): Promise<NotedMark[]> {
  const rows = await manager.query<{ budget_id: string; period: string; mark: BudgetMark; passed_at: Date }[]>(
    'SELECT budget_id, period, mark, passed_at FROM budget_marks WHERE project_id = $1 AND period = ANY($2)',
    [projectId, periods],
  );
  return rows.map(({ budget_id, period, mark, passed_at }) => ({
    budgetId: budget_id,
    period,
    mark,
    passedAt: passed_at,
  }));
}
