import { Module } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';
import { TypeOrmModule } from '@nestjs/typeorm';
import { accessEntities } from '../access/access.entity.js';
import { FreeDiskModule } from './free-disk.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { OperationsProcessor } from './operations.processor.js';
import { RetentionService } from './retention.service.js';

/** One registry a process, also when it plays several roles. */
function collectOnce(): void {
  if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
}

/** Health, readiness and metrics of a process that has a port. */
@Module({ imports: [FreeDiskModule], controllers: [HealthController], providers: [HealthService] })
export class OperationsModule {
  constructor() {
    collectOnce();
  }
}

/** Retention; for the role `worker`. */
@Module({
  imports: [FreeDiskModule, TypeOrmModule.forFeature(accessEntities)],
  providers: [HealthService, RetentionService, OperationsProcessor],
})
export class OperationsWorkerModule {
  constructor() {
    collectOnce();
  }
}
