import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { RetentionService } from './retention.service.js';

@Processor('operations')
export class OperationsProcessor extends WorkerHost {
  private readonly handlers = {
    retention: () => this.retention.apply(),
  } satisfies JobHandlers<'operations'>;

  constructor(@Inject(RetentionService) private readonly retention: RetentionService) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('operations', this.handlers, job);
  }
}
