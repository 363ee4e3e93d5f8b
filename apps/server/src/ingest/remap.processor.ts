import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { RemapService } from './remap.service.js';

@Processor('ingest')
export class RemapProcessor extends WorkerHost {
  private readonly handlers = {
    remap: () => this.remaps.work(),
  } satisfies JobHandlers<'ingest'>;

  constructor(@Inject(RemapService) private readonly remaps: RemapService) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('ingest', this.handlers, job);
  }
}
