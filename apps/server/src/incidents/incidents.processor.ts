import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { BudgetWatch } from './budget-watch.service.js';
import { DeliveryService } from './delivery.service.js';
import { FirstSeenService } from './first-seen.service.js';
import { IncidentRounds } from './incident-rounds.js';
import { MoneyWatch } from './money-watch.service.js';

@Processor('incidents')
export class IncidentsProcessor extends WorkerHost {
  private readonly handlers = {
    firstSeen: () => this.firstSeen.report(),
    suspects: () => this.rounds.rank(),
    escalate: () => this.rounds.escalate(),
    upkeep: () => this.rounds.keepUp(),
    budgets: () => this.budgets.run(),
    money: () => this.money.run(),
    deliver: async () => {
      await this.delivery.deliverDue();
    },
  } satisfies JobHandlers<'incidents'>;

  constructor(
    @Inject(FirstSeenService) private readonly firstSeen: FirstSeenService,
    @Inject(DeliveryService) private readonly delivery: DeliveryService,
    @Inject(IncidentRounds) private readonly rounds: IncidentRounds,
    @Inject(BudgetWatch) private readonly budgets: BudgetWatch,
    @Inject(MoneyWatch) private readonly money: MoneyWatch,
  ) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('incidents', this.handlers, job);
  }
}
