import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { GpuController } from './gpu.controller.js';
import { GpuCostsService } from './gpu-costs.service.js';
import { GpuRateEntity, ScrapeTargetEntity } from './gpu.entity.js';
import { GpuProcessor } from './gpu.processor.js';
import { GpuService } from './gpu.service.js';
import { ScrapeService } from './scrape.service.js';
import { TargetsService } from './targets.service.js';

const entities = TypeOrmModule.forFeature([GpuRateEntity, ScrapeTargetEntity]);

/** The fleet, its targets and rates over HTTP, and what it costs. */
@Module({
  imports: [AccessModule, entities],
  controllers: [GpuController],
  providers: [GpuService, TargetsService, GpuCostsService],
  exports: [GpuCostsService],
})
export class GpuModule {}

/** Scrapes. */
@Module({ imports: [entities], providers: [ScrapeService, GpuProcessor] })
export class GpuWorkerModule {}
