import { Module } from '@nestjs/common';
import { SloModule } from '../slo/slo.module.js';
import { CallsController } from './calls.controller.js';
import { CallsService } from './calls.service.js';
import { TracesController } from './traces.controller.js';
import { TracesService } from './traces.service.js';

@Module({
  imports: [SloModule],
  controllers: [TracesController, CallsController],
  providers: [TracesService, CallsService],
  exports: [TracesService],
})
export class TracesModule {}
