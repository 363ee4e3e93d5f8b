import { Inject, Injectable } from '@nestjs/common';
import { type costBudget, type costBudgetWrite, PlimsollError, type Project } from '@plimsoll/contract';
import { parseMoney, printMoney } from '@plimsoll/cost';
import { calendarPeriod } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { budgetFactOf } from './budget-fact.js';
import { BudgetEntity } from './cost.entity.js';
import { CostService } from './cost.service.js';

type Budget = z.output<typeof costBudget>;
type BudgetWrite = z.output<typeof costBudgetWrite>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

@Injectable()
export class BudgetsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CostService) private readonly costs: CostService,
  ) {}

  async list(project: Project): Promise<{ items: Budget[]; nextCursor: null }> {
    const rows = await this.dataSource
      .getRepository(BudgetEntity)
      .find({ where: { projectId: project.id }, order: { name: 'ASC' } });
    const items: Budget[] = [];
    for (const row of rows) items.push(await this.withSpending(project, row));
    return { items, nextCursor: null };
  }

  /** A budget of the same name is replaced. */
  async set(project: Project, body: BudgetWrite): Promise<Budget> {
    calendarPeriod('month', body.timeZone, Date.now());
    const repository = this.dataSource.getRepository(BudgetEntity);
    const { name, amount, period, timeZone, scope } = body;
    const given = Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
    await repository.upsert({ projectId: project.id, name, amount, period, timeZone, scope: given }, [
      'projectId',
      'name',
    ]);
    return this.withSpending(project, await repository.findOneByOrFail({ projectId: project.id, name }));
  }

  async remove(project: Project, id: string): Promise<void> {
    const found = uuid.test(id)
      ? await this.dataSource.getRepository(BudgetEntity).delete({ id, projectId: project.id })
      : { affected: 0 };
    if (found.affected !== 1) throw new PlimsollError('not_found', `no budget ${id}`);
  }

  private async withSpending(project: Project, row: BudgetEntity): Promise<Budget> {
    const { period, scope } = budgetFactOf(row, Date.now());
    const report = await this.costs.report(
      project,
      {
        from: new Date(period.from).toISOString(),
        to: new Date(period.to).toISOString(),
        timeZone: row.timeZone,
        groupBy: 'feature',
        compare: 'none',
        ...scope,
      },
      'none',
    );
    return {
      id: row.id,
      name: row.name,
      amount: printMoney(parseMoney(row.amount)),
      period: row.period,
      timeZone: row.timeZone,
      scope: row.scope,
      spent: report.total,
      forecast: report.forecast?.amount ?? null,
    };
  }
}
