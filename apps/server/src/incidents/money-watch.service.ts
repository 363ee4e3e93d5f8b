import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Project, Settings } from '@plimsoll/contract';
import { parseMoney } from '@plimsoll/cost';
import { spendCrossings } from '@plimsoll/incidents';
import { calendarPeriod } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { projectOf } from '../access/access.mapping.js';
import { BudgetsService } from '../cost/budgets.service.js';
import { BudgetEntity } from '../cost/cost.entity.js';
import { SETTINGS } from '../stores/settings.js';
import { noteCrossing } from './budget-watch.queries.js';
import { OutboxService } from './outbox.service.js';

type Budget = Awaited<ReturnType<BudgetsService['list']>>['items'][number];

/** Tells when spending reaches a mark of a money budget. */
@Injectable()
export class MoneyWatch {
  private readonly logger = new Logger('budgets');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(BudgetsService) private readonly budgets: Pick<BudgetsService, 'list'>,
    @Inject(OutboxService) private readonly outbox: OutboxService,
  ) {}

  /** Half, eight tenths and all of an amount, and a forecast of all, once a period; the most telling one is told. */
  async run(now = new Date()): Promise<void> {
    const { manager } = this.dataSource;
    const rows = await manager.find(BudgetEntity, { select: { projectId: true } });
    for (const id of new Set(rows.map(({ projectId }) => projectId))) {
      try {
        const project = projectOf(await manager.findOneByOrFail(ProjectEntity, { id }), this.settings);
        const { items } = await this.budgets.list(project);
        for (const budget of items) await this.tellSpending(project, budget, now);
      } catch (error) {
        this.logger.warn(`project ${id}: ${messageOf(error)}`);
      }
    }
  }

  private async tellSpending(project: Project, budget: Budget, now: Date): Promise<void> {
    const { id: budgetId, amount, spent, forecast, period, timeZone } = budget;
    const crossed = spendCrossings({
      amount: parseMoney(amount),
      spent: parseMoney(spent),
      forecast: forecast === null ? null : parseMoney(forecast),
    });
    const periodStart = new Date(calendarPeriod(period, timeZone, now.getTime()).start);
    await this.dataSource.transaction(async (manager) => {
      const fresh: string[] = [];
      for (const threshold of crossed) {
        const crossing = { budgetId, projectId: project.id, periodStart, threshold, amount };
        if (await noteCrossing(manager, crossing)) fresh.push(threshold);
      }
      const threshold = fresh.at(-1);
      if (threshold === undefined) return;
      await this.outbox.tellProject(manager, {
        type: 'budget',
        id: '',
        at: now.toISOString(),
        project: { id: project.id, name: project.name },
        budget: { id: budgetId, name: budget.name, amount, spent, forecast, period, threshold },
      });
    });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 300) : String(error));
