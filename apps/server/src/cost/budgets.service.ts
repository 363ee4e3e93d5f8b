import { Inject, Injectable } from '@nestjs/common';
import { type CostBudget, type costBudgetWrite, PlimsollError, type Project } from '@plimsoll/contract';
import { budgetDay, budgetPace, parseMoney, passedMarks, printMoney } from '@plimsoll/cost';
import { calendarPeriod } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { type BudgetFact, budgetFacts, marksOf } from './budget-fact.js';
import { BudgetEntity } from './cost.entity.js';
import { CostService } from './cost.service.js';

type BudgetWrite = z.output<typeof costBudgetWrite>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** For so long after its end a period is looked at as well: its last minutes, and calls that come late. */
const lookBackMs = 86_400_000;

@Injectable()
export class BudgetsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CostService) private readonly costs: CostService,
  ) {}

  async list(project: Project, nowMs = Date.now()): Promise<{ items: CostBudget[]; nextCursor: null }> {
    return { items: await this.standings(project, await this.rowsOf(project), nowMs, nowMs), nextCursor: null };
  }

  /** Every budget in its present period, and in the one before while that has been over for less than a day. */
  async toWatch(project: Project, nowMs: number): Promise<CostBudget[]> {
    const rows = await this.rowsOf(project);
    const ended = rows.filter(({ period, timeZone }) => {
      const present = calendarPeriod(period, timeZone, nowMs);
      return present.start !== calendarPeriod(period, timeZone, nowMs - lookBackMs).start;
    });
    const before = await this.standings(project, ended, nowMs - lookBackMs, nowMs);
    return [...before, ...(await this.standings(project, rows, nowMs, nowMs))];
  }

  /** A budget of the same name is replaced. */
  async set(project: Project, body: BudgetWrite, nowMs = Date.now()): Promise<CostBudget> {
    calendarPeriod('month', body.timeZone, nowMs);
    const repository = this.dataSource.getRepository(BudgetEntity);
    const { name, amount, period, timeZone, scope } = body;
    const given = Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
    await repository.upsert({ projectId: project.id, name, amount, period, timeZone, scope: given }, [
      'projectId',
      'name',
    ]);
    const rows = await repository.findBy({ projectId: project.id, name });
    const [budget] = await this.standings(project, rows, nowMs, nowMs);
    if (budget === undefined) throw new PlimsollError('not_found', `budget ${name}: was removed meanwhile`);
    return budget;
  }

  async remove(project: Project, id: string): Promise<void> {
    const found = uuid.test(id)
      ? await this.dataSource.getRepository(BudgetEntity).delete({ id, projectId: project.id })
      : { affected: 0 };
    if (found.affected !== 1) throw new PlimsollError('not_found', `no budget ${id}`);
  }

  private rowsOf(project: Project): Promise<BudgetEntity[]> {
    const where = { projectId: project.id };
    return this.dataSource.getRepository(BudgetEntity).find({ where, order: { name: 'ASC' } });
  }

  /** How budgets stand now in the period that holds `atMs`. */
  private async standings(
    project: Project,
    rows: readonly BudgetEntity[],
    atMs: number,
    nowMs: number,
  ): Promise<CostBudget[]> {
    const facts = await budgetFacts(this.dataSource.manager, project.id, rows, atMs);
    const budgets: CostBudget[] = [];
    for (const [index, row] of rows.entries()) {
      const fact = facts[index];
      if (fact !== undefined) budgets.push(await this.standing(project, row, fact, nowMs));
    }
    return budgets;
  }

  private async standing(project: Project, row: BudgetEntity, fact: BudgetFact, nowMs: number): Promise<CostBudget> {
    const { period, scope, amount } = fact;
    const [from, to] = [new Date(period.from).toISOString(), new Date(period.to).toISOString()];
    const asked = { from, to, timeZone: row.timeZone, groupBy: 'feature', compare: 'none', ...scope } as const;
    const { total, forecast } = await this.costs.report(project, asked, 'none', nowMs);
    const expected =
      forecast === null
        ? null
        : { amount: parseMoney(forecast.amount), low: parseMoney(forecast.low), high: parseMoney(forecast.high) };
    const spending = { ...period, amount, spent: parseMoney(total), forecast: expected };
    return {
      id: row.id,
      name: row.name,
      amount: printMoney(amount),
      period: row.period,
      timeZone: row.timeZone,
      scope: row.scope,
      from,
      to,
      ...budgetDay(period, row.timeZone, nowMs),
      spent: total,
      forecast: forecast?.amount ?? null,
      forecastLow: forecast?.low ?? null,
      forecastHigh: forecast?.high ?? null,
      pace: budgetPace(spending, nowMs),
      marks: marksOf(fact, passedMarks(spending)),
    };
  }
}
