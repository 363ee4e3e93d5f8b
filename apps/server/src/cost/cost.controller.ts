import { Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import {
  costBudgetWrite,
  costQuery,
  type CostQuery,
  pageQuery,
  type PriceRow,
  priceRow,
  type Project,
} from '@plimsoll/contract';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { BudgetsService } from './budgets.service.js';
import { CostService } from './cost.service.js';
import { PricesService } from './prices.service.js';

const exportQuery = costQuery.extend({ format: z.enum(['csv', 'focus']).default('csv') });
const priceQuery = pageQuery.extend({ provider: z.string().optional(), model: z.string().optional() });

@Controller('api/v1')
export class CostController {
  constructor(
    @Inject(CostService) private readonly costs: CostService,
    @Inject(PricesService) private readonly prices: PricesService,
    @Inject(BudgetsService) private readonly budgets: BudgetsService,
  ) {}

  @Get('costs')
  report(@CurrentProject() project: Project, @ZodQuery(costQuery) query: CostQuery) {
    return this.costs.report(project, query);
  }

  @Get('costs/export')
  @Header('content-type', 'text/csv; charset=utf-8')
  async export(
    @CurrentProject() project: Project,
    @ZodQuery(exportQuery) query: z.output<typeof exportQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    void reply.header('content-disposition', `attachment; filename="costs-${project.slug}-${query.format}.csv"`);
    return query.format === 'focus' ? this.costs.focus(project, query) : this.costs.csv(project, query);
  }

  @Get('prices')
  listPrices(@CurrentProject() project: Project, @ZodQuery(priceQuery) query: z.output<typeof priceQuery>) {
    return this.prices.list(project.id, query);
  }

  @Post('prices')
  addPrice(@CurrentPrincipal() principal: Principal, @ZodBody(priceRow) body: PriceRow) {
    return this.prices.add(principal, body);
  }

  @Get('budgets')
  listBudgets(@CurrentProject() project: Project) {
    return this.budgets.list(project);
  }

  @Post('budgets')
  setBudget(@CurrentProject() project: Project, @ZodBody(costBudgetWrite) body: z.output<typeof costBudgetWrite>) {
    return this.budgets.set(project, body);
  }

  @Delete('budgets/:id')
  @HttpCode(204)
  removeBudget(@CurrentProject() project: Project, @Param('id') id: string): Promise<void> {
    return this.budgets.remove(project, id);
  }
}
