import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { GpuModule } from '../gpu/gpu.module.js';
import { MaskingModule } from '../operations/masking.module.js';
import { BudgetsService } from './budgets.service.js';
import { CostController } from './cost.controller.js';
import { BudgetEntity, OutcomeDefinitionEntity } from './cost.entity.js';
import { CostService } from './cost.service.js';
import { OutcomesController } from './outcomes.controller.js';
import { OutcomesService } from './outcomes.service.js';
import { PricesModule } from './prices.module.js';
import { PricesService } from './prices.service.js';

/** Costs, prices, budgets and outcomes over HTTP. */
@Module({
  imports: [
    AccessModule,
    MaskingModule,
    PricesModule,
    GpuModule,
    TypeOrmModule.forFeature([BudgetEntity, OutcomeDefinitionEntity]),
  ],
  controllers: [CostController, OutcomesController],
  providers: [CostService, PricesService, BudgetsService, OutcomesService],
  exports: [BudgetsService, CostService, OutcomesService],
})
export class CostModule {}
