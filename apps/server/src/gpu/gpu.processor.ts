import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { ScrapeService } from './scrape.service.js';

@Processor('gpu')
export class GpuProcessor extends WorkerHost {
  private readonly handlers = { scrape: () => this.scrapes.scrapeDue() } satisfies JobHandlers<'gpu'>;

  constructor(@Inject(ScrapeService) private readonly scrapes: ScrapeService) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('gpu', this.handlers, job);
  }
}
