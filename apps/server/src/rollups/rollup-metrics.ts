import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { RollupsService } from './rollups.service.js';

const differences = 'plimsoll_rollup_differences';
const passAge = 'plimsoll_rollup_pass_age_seconds';

/** What the worker found out, shown by every process that has a metrics page. */
@Injectable()
export class RollupMetrics implements OnModuleInit {
  constructor(@Inject(RollupsService) private readonly rollups: RollupsService) {}

  onModuleInit(): void {
    // One registry a process, also when it plays several roles.
    if (register.getSingleMetric(differences) !== undefined) return;
    const { rollups } = this;
    new Gauge({
      name: differences,
      help: 'Minutes and hours whose rollup was not what the stored spans say, in the last hourly audit; must be 0',
      async collect() {
        this.set((await rollups.lastAudit().catch(() => null))?.differences ?? 0);
      },
    });
    new Gauge({
      name: passAge,
      help: 'Seconds since the last finished pass over the changed minutes began',
      async collect() {
        const pass = await rollups.lastPass().catch(() => null);
        this.set(pass === null ? Number.NaN : (Date.now() - pass.startedAt.getTime()) / 1000);
      },
    });
  }
}
