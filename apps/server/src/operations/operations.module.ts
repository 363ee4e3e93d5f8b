import { Module } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';
import { HealthController } from './health.controller.js';

/** Health, readiness and metrics of a process that has a port. */
@Module({ controllers: [HealthController] })
export class OperationsModule {
  constructor() {
    // One registry a process, also when it plays several roles.
    if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
  }
}
