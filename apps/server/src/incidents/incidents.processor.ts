import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import { type JobHandlers, runJob } from '@plimsoll/queue';
import type { Job } from 'bullmq';
import { DeliveryService } from './delivery.service.js';
import { EscalationService } from './escalation.service.js';
import { FirstSeenService } from './first-seen.service.js';
import { GroupingService } from './grouping.service.js';
import { IncidentUpkeep } from './incident-upkeep.service.js';
import { MitigationEffectService } from './mitigation-effect.service.js';
import { SuspectsService } from './suspects.service.js';

@Processor('incidents')
export class IncidentsProcessor extends WorkerHost {
  private readonly handlers = {
    firstSeen: () => this.firstSeen.report(),
    suspects: async () => {
      await this.suspects.rankOpen();
      await this.grouping.regroup(new Date());
    },
    escalate: () => this.escalations.run(),
    upkeep: async () => {
      await this.upkeep.run();
      await this.effects.run();
    },
    deliver: async () => {
      await this.delivery.deliverDue();
    },
  } satisfies JobHandlers<'incidents'>;

  constructor(
    @Inject(FirstSeenService) private readonly firstSeen: FirstSeenService,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(DeliveryService) private readonly delivery: DeliveryService,
    @Inject(EscalationService) private readonly escalations: EscalationService,
    @Inject(GroupingService) private readonly grouping: GroupingService,
    @Inject(IncidentUpkeep) private readonly upkeep: IncidentUpkeep,
    @Inject(MitigationEffectService) private readonly effects: MitigationEffectService,
  ) {
    super();
  }

  process(job: Job): Promise<void> {
    return runJob('incidents', this.handlers, job);
  }
}
