import { Inject, Injectable } from '@nestjs/common';
import { EscalationService } from './escalation.service.js';
import { GroupingService } from './grouping.service.js';
import { IncidentUpkeep } from './incident-upkeep.service.js';
import { MitigationEffectService } from './mitigation-effect.service.js';
import { SuspectsService } from './suspects.service.js';

/** The rounds that the worker makes of open incidents. */
@Injectable()
export class IncidentRounds {
  constructor(
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(GroupingService) private readonly grouping: GroupingService,
    @Inject(EscalationService) private readonly escalations: EscalationService,
    @Inject(IncidentUpkeep) private readonly upkeep: IncidentUpkeep,
    @Inject(MitigationEffectService) private readonly effects: MitigationEffectService,
  ) {}

  /** Ranks suspects, and groups what they show to be one. */
  async rank(): Promise<void> {
    await this.suspects.rankOpen();
    await this.grouping.regroup(new Date());
  }

  async escalate(): Promise<void> {
    await this.escalations.run();
  }

  /** What time alone does, and what mitigations have done. */
  async keepUp(): Promise<void> {
    await this.upkeep.run();
    await this.effects.run();
  }
}
