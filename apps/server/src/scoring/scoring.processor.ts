import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { OutcomesService } from '../cost/outcomes.service.js';
import { PassPace } from '../rollups/pass-pace.js';
import { FeedbackService } from './feedback.service.js';
import { JudgeScoring } from './judge-scoring.service.js';
import { ScoringService } from './scoring.service.js';

/** On a very busy store calls are scored for some seconds a minute: what is stored and counted comes first. */
const longestPauseMs = 60_000;

/** Two at a time, so that a slow judge never holds up the rule scorers. */
@Processor('scoring', { concurrency: 2 })
export class ScoringProcessor extends WorkerHost {
  private readonly pace = new PassPace(() => performance.now(), longestPauseMs);
  private readonly handlers = {
    decide: () =>
      this.pace.run(async () => {
        await this.feedback.settle();
        await this.outcomes.settle();
        return this.scoring.decide();
      }),
    judge: async () => {
      await this.judges.judge();
    },
  } satisfies JobHandlers<'scoring'>;

  constructor(
    @Inject(ScoringService) private readonly scoring: ScoringService,
    @Inject(JudgeScoring) private readonly judges: JudgeScoring,
    @Inject(FeedbackService) private readonly feedback: FeedbackService,
    @Inject(OutcomesService) private readonly outcomes: OutcomesService,
  ) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('scoring', this.handlers, job);
  }
}
