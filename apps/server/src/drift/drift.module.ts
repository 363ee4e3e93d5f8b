import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { DriftController } from './drift.controller.js';
import { DriftMonitorEntity, DriftReportEntity } from './drift.entity.js';
import { DriftProcessor } from './drift.processor.js';
import { DriftService } from './drift.service.js';
import { ObservationsService } from './observations.service.js';
import { ReportsService } from './reports.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([DriftMonitorEntity, DriftReportEntity]), AccessModule, ScoringModule],
  controllers: [DriftController],
  providers: [DriftService, ObservationsService, ReportsService],
  exports: [DriftService],
})
export class DriftModule {}

/** Compares on schedule; for the role `worker`. */
@Module({ imports: [DriftModule], providers: [DriftProcessor] })
export class DriftWorkerModule {}
