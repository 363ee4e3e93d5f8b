import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { DriftService } from './drift.service.js';

@Processor('drift')
export class DriftProcessor extends WorkerHost {
  private readonly handlers = {
    compare: async () => {
      await this.drift.compareDue(new Date());
    },
  } satisfies JobHandlers<'drift'>;

  constructor(@Inject(DriftService) private readonly drift: DriftService) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('drift', this.handlers, job);
  }
}
