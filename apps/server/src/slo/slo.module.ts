import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { RollupsModule } from '../rollups/rollups.module.js';
import { RollupsService } from '../rollups/rollups.service.js';
import { AlertRecorder } from './alert-recorder.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { BadgesController } from './badges.controller.js';
import { BadgesService } from './badges.service.js';
import { BackfillService } from './backfill.service.js';
import { DecisionReview } from './decision-review.entity.js';
import { EvaluationService } from './evaluation.service.js';
import { ObjectiveGroup } from './objective-group.entity.js';
import { ObjectiveReports } from './objective-reports.service.js';
import { ObjectiveTrials } from './objective-trials.service.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { ExclusionsController } from './exclusions.controller.js';
import { ExclusionsService } from './exclusions.service.js';
import { ObjectiveBadge } from './objective-badge.entity.js';
import { ObjectiveExclusion } from './objective-exclusion.entity.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';
import { ObjectiveStep } from './objective-step.entity.js';
import { Objective } from './objective.entity.js';
import { ObjectivesService } from './objectives.service.js';
import { SelfTestService } from './self-test.service.js';
import { SilenceService } from './silence.service.js';
import { SliPointsRecompute } from './sli-points.recompute.js';
import { SloController } from './slo.controller.js';
import { SloMetrics } from './slo-metrics.js';
import { SloProcessor } from './slo.processor.js';
import { StepService } from './step.service.js';
import { TierBurnsController } from './tier-burns.controller.js';
import { TierBurnsService } from './tier-burns.service.js';

const entities = TypeOrmModule.forFeature([
  Objective,
  ObjectiveRevision,
  ObjectiveGroup,
  AlertInstance,
  AlertTransitionRow,
  ObjectiveSelfTest,
  ObjectiveStep,
  ObjectiveExclusion,
  ObjectiveBadge,
  DecisionReview,
]);

/** Objectives and what they look like now; for the role `api`. */
@Module({
  imports: [AccessModule, entities, RollupsModule],
  controllers: [BadgesController, ExclusionsController, SloController, TierBurnsController],
  providers: [
    BadgesService,
    ExclusionsService,
    ObjectivesService,
    ObjectiveReports,
    ObjectiveTrials,
    SloMetrics,
    TierBurnsService,
  ],
  exports: [ObjectivesService, ObjectiveReports],
})
export class SloModule {}

/** Makes the points and steps the alerts; for the role `worker`. */
@Module({
  imports: [entities, RollupsModule, IncidentsModule],
  providers: [
    SliPointsRecompute,
    BackfillService,
    EvaluationService,
    StepService,
    SilenceService,
    AlertRecorder,
    SelfTestService,
    SloMetrics,
    SloProcessor,
  ],
})
export class SloWorkerModule implements OnModuleInit {
  constructor(
    @Inject(RollupsService) private readonly rollups: RollupsService,
    @Inject(SliPointsRecompute) private readonly points: SliPointsRecompute,
  ) {}

  onModuleInit(): void {
    this.rollups.register(this.points);
  }
}
