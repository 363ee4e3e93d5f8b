import { Module } from '@nestjs/common';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { SloModule } from '../slo/slo.module.js';
import { CallsController } from './calls.controller.js';
import { CallsService } from './calls.service.js';
import { TraceHeatmapController } from './trace-heatmap.controller.js';
import { TraceHeatmapService } from './trace-heatmap.service.js';
import { TracesController } from './traces.controller.js';
import { TracesService } from './traces.service.js';

@Module({
  imports: [SloModule, IncidentsModule],
  controllers: [TraceHeatmapController, TracesController, CallsController],
  providers: [TracesService, CallsService, TraceHeatmapService],
  exports: [TracesService],
})
export class TracesModule {}
