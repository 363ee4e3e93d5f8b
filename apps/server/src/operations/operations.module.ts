import { Module } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';
import { TypeOrmModule } from '@nestjs/typeorm';
import { accessEntities } from '../access/access.entity.js';
import { HealthController } from './health.controller.js';
import { OperationsProcessor } from './operations.processor.js';
import { RetentionService } from './retention.service.js';

/** Health, readiness and metrics of a process that has a port. */
@Module({ controllers: [HealthController] })
export class OperationsModule {
  constructor() {
    // One registry a process, also when it plays several roles.
    if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
  }
}

/** Retention; for the role `worker`. */
@Module({
  imports: [TypeOrmModule.forFeature(accessEntities)],
  providers: [RetentionService, OperationsProcessor],
})
export class OperationsWorkerModule {}
