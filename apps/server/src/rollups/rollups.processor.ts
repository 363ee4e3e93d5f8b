import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { PassPace } from './pass-pace.js';
import { RollupsService } from './rollups.service.js';

@Processor('rollups')
export class RollupsProcessor extends WorkerHost {
  private readonly pace = new PassPace(() => performance.now());
  private readonly handlers = {
    dirty: () => this.pace.run(() => this.rollups.runMinutePass()),
    hours: () => this.rollups.runHourPass(),
    audit: async () => void (await this.rollups.audit()),
  } satisfies JobHandlers<'rollups'>;

  constructor(@Inject(RollupsService) private readonly rollups: RollupsService) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('rollups', this.handlers, job);
  }
}
