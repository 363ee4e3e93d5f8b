import { Inject, Injectable, Logger } from '@nestjs/common';
import type { BudgetMark, CostBudget, Project, Settings } from '@plimsoll/contract';
import { budgetPeriodName, budgetWords, parseMoney } from '@plimsoll/cost';
import { DataSource } from 'typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { projectOf } from '../access/access.mapping.js';
import { noteMark } from '../cost/budget-marks.queries.js';
import { BudgetsService } from '../cost/budgets.service.js';
import { BudgetEntity } from '../cost/cost.entity.js';
import { dayName } from '../cost/cost-period.js';
import { SETTINGS } from '../stores/settings.js';
import { OutboxService } from './outbox.service.js';

/** Tells when spending reaches a mark of a money budget. */
@Injectable()
export class MoneyWatch {
  private readonly logger = new Logger('budgets');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(BudgetsService) private readonly budgets: BudgetsService,
    @Inject(OutboxService) private readonly outbox: Pick<OutboxService, 'tellProject'>,
  ) {}

  /** Half, eight tenths and all of an amount, and a forecast of all, once a period; those that are passed together in one message. */
  async run(now = new Date()): Promise<void> {
    const { manager } = this.dataSource;
    const rows = await manager.find(BudgetEntity, { select: { projectId: true } });
    for (const id of new Set(rows.map(({ projectId }) => projectId))) {
      try {
        const project = projectOf(await manager.findOneByOrFail(ProjectEntity, { id }), this.settings);
        const budgets = await this.budgets.toWatch(project, now.getTime());
        for (const budget of budgets) await this.tellMarks(project, budget, now);
      } catch (error) {
        this.logger.warn(`project ${id}: ${messageOf(error)}`);
      }
    }
  }

  /** Marks and messages in one transaction: the row of a mark decides which of several workers tells it. */
  private async tellMarks(project: Project, budget: CostBudget, now: Date): Promise<void> {
    const { id: budgetId, amount, spent, forecast, forecastLow, forecastHigh, pace, from, to } = budget;
    const passed = budget.marks.filter(({ at }) => at === null);
    if (passed.length === 0) return;
    const period = budgetPeriodName(budget.period, budget.timeZone, Date.parse(from));
    await this.dataSource.transaction(async (manager) => {
      const marks: BudgetMark[] = [];
      for (const { mark } of passed) {
        const noted = { budgetId, period, mark, passedAt: now };
        if (await noteMark(manager, noted, { projectId: project.id, amount })) marks.push(mark);
      }
      const threshold = marks.at(-1);
      if (threshold === undefined) return;
      const text = budgetWords(wordedOf(budget), marks, now.getTime());
      const url = this.costsPage(project, budget, now);
      const figures = { amount, spent, forecast, forecastLow, forecastHigh, period: budget.period, from, to, pace };
      await this.outbox.tellProject(manager, {
        type: 'budget',
        id: '',
        at: now.toISOString(),
        project: { id: project.id, name: project.name },
        budget: { id: budgetId, name: budget.name, ...figures, marks, threshold, text, url },
      });
    });
  }

  /** The costs of the month that the message is about, of the budget's feature where it has one. */
  private costsPage(project: Project, { to, scope }: CostBudget, now: Date): string | null {
    const { publicUrl } = this.settings;
    if (publicUrl === undefined) return null;
    const month = dayName(Math.min(now.getTime(), Date.parse(to) - 1), project.timeZone).slice(0, 7);
    const search = new URLSearchParams({ month, ...(scope.feature === undefined ? {} : { feature: scope.feature }) });
    return `${publicUrl.replace(/\/$/, '')}/p/${project.slug}/costs?${search.toString()}`;
  }
}

function wordedOf({
  name,
  amount,
  spent,
  forecast,
  forecastLow,
  forecastHigh,
  from,
  to,
  period,
  timeZone,
}: CostBudget) {
  return {
    name,
    period,
    timeZone,
    amount: parseMoney(amount),
    spent: parseMoney(spent),
    forecast:
      forecast === null
        ? null
        : {
            amount: parseMoney(forecast),
            low: parseMoney(forecastLow ?? forecast),
            high: parseMoney(forecastHigh ?? forecast),
          },
    from: Date.parse(from),
    to: Date.parse(to),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 300) : String(error));
