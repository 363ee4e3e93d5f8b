import { Module } from '@nestjs/common';
import { RollupsModule } from '../rollups/rollups.module.js';
import { ObjectiveCountersService } from './objective-counters.service.js';
import { PrometheusController } from './prometheus.controller.js';
import { SloModule } from './slo.module.js';

/** Objectives for a Prometheus that cross-checks them; for the role `api`. */
@Module({
  imports: [RollupsModule, SloModule],
  controllers: [PrometheusController],
  providers: [ObjectiveCountersService],
})
export class PrometheusModule {}
