import { Module } from '@nestjs/common';
import { PassCursors } from './pass-cursors.js';
import { Retentions } from './retention.js';
import { RollupMetrics } from './rollup-metrics.js';
import { RollupsProcessor } from './rollups.processor.js';
import { RollupsService } from './rollups.service.js';

/** What other capabilities ask of the rollups: to register their own figures, and which minutes are closed. */
@Module({ providers: [PassCursors, Retentions, RollupsService, RollupMetrics], exports: [RollupsService, Retentions] })
export class RollupsModule {}

/** Runs the passes; for the role `worker`. */
@Module({ imports: [RollupsModule], providers: [RollupsProcessor] })
export class RollupsWorkerModule {}
