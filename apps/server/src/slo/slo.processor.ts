import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { BackfillService } from './backfill.service.js';
import { EvaluationService } from './evaluation.service.js';
import { SelfTestService } from './self-test.service.js';

@Processor('slo')
export class SloProcessor extends WorkerHost {
  private readonly handlers = {
    evaluate: () => this.evaluation.evaluate(),
    backfill: () => this.points.backfill(),
    selfTest: () => this.selfTests.run(),
  } satisfies JobHandlers<'slo'>;

  constructor(
    @Inject(EvaluationService) private readonly evaluation: EvaluationService,
    @Inject(BackfillService) private readonly points: BackfillService,
    @Inject(SelfTestService) private readonly selfTests: SelfTestService,
  ) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('slo', this.handlers, job);
  }
}
