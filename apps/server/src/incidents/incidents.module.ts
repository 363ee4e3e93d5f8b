import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { MaskingModule } from '../operations/masking.module.js';
import { AlertIntakeService } from './alert-intake.service.js';
import { CostModule } from '../cost/cost.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { ScrapeTargetEntity } from '../gpu/gpu.entity.js';
import { ObjectiveExclusion } from '../slo/objective-exclusion.entity.js';
import { ObjectiveRevision } from '../slo/objective-revision.entity.js';
import { BudgetWatch } from './budget-watch.service.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';
import { ChannelSecrets } from './channel-secrets.js';
import { ChannelsController } from './channels.controller.js';
import { ChannelsService } from './channels.service.js';
import { DeliveryService } from './delivery.service.js';
import { EscalationService } from './escalation.service.js';
import { EventStreamController } from './event-stream.controller.js';
import { EventStreamService } from './event-stream.service.js';
import { FirstSeenService } from './first-seen.service.js';
import { GroupingService } from './grouping.service.js';
import { HookSecretsController } from './hook-secrets.controller.js';
import { HookSignatures } from './hook-signatures.service.js';
import { HooksController } from './hooks.controller.js';
import { IncidentSurroundings } from './incident-surroundings.service.js';
import { IncidentUpkeep } from './incident-upkeep.service.js';
import { IncidentCourseService } from './incident-course.service.js';
import { IncidentJournal } from './incident-journal.js';
import { IncidentRounds } from './incident-rounds.js';
import { MoneyWatch } from './money-watch.service.js';
import { IncidentMerging } from './incident-merging.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentRunbookService } from './incident-runbook.service.js';
import { IncidentTransferService } from './incident-transfer.service.js';
import { IncidentService } from './incident.service.js';
import { IncidentsController } from './incidents.controller.js';
import { incidentEntities } from './incidents.entity.js';
import { IncidentsProcessor } from './incidents.processor.js';
import { InhibitionService } from './inhibition.service.js';
import { MaintenanceController } from './maintenance.controller.js';
import { MaintenanceService } from './maintenance.service.js';
import { MitigationEffectService } from './mitigation-effect.service.js';
import { NotificationHolds } from './notification-holds.service.js';
import { OnCallController } from './on-call.controller.js';
import { OnCallDirectory } from './on-call-directory.js';
import { onCallEntities } from './on-call.entity.js';
import { OnCallService } from './on-call.service.js';
import { OutboxService } from './outbox.service.js';
import { RunbooksController } from './runbooks.controller.js';
import { runbookEntities } from './runbooks.entity.js';
import { RunbooksService } from './runbooks.service.js';
import { ScorerChanges } from './scorer-changes.service.js';
import { SilencesController } from './silences.controller.js';
import { SilencesService } from './silences.service.js';
import { SuspectCalls } from './suspect-calls.service.js';
import { SuspectsService } from './suspects.service.js';

/** What alerts call: transitions become incidents, in the caller's transaction. */
@Module({
  imports: [
    TypeOrmModule.forFeature([...incidentEntities, ...onCallEntities, ...runbookEntities, ObjectiveExclusion]),
    ScoringModule,
  ],
  providers: [
    ChannelSecrets,
    DeliveryService,
    EscalationService,
    GroupingService,
    InhibitionService,
    NotificationHolds,
    OnCallDirectory,
    OutboxService,
    IncidentJournal,
    IncidentMerging,
    IncidentService,
    ChangesService,
    ScorerChanges,
    SuspectCalls,
    SuspectsService,
  ],
  exports: [
    ChannelSecrets,
    DeliveryService,
    EscalationService,
    GroupingService,
    OutboxService,
    IncidentJournal,
    IncidentService,
    ChangesService,
    SuspectCalls,
    SuspectsService,
  ],
})
export class IncidentsModule {}

/** Incidents, changes and notification channels over HTTP; for the role `api`. */
@Module({
  imports: [AccessModule, IncidentsModule, MaskingModule, TypeOrmModule.forFeature([ScrapeTargetEntity])],
  controllers: [
    IncidentsController,
    ChangesController,
    HooksController,
    ChannelsController,
    EventStreamController,
    SilencesController,
    OnCallController,
    MaintenanceController,
    RunbooksController,
    HookSecretsController,
  ],
  providers: [
    AlertIntakeService,
    IncidentReader,
    IncidentCourseService,
    ChannelsService,
    EventStreamService,
    SilencesService,
    OnCallService,
    MaintenanceService,
    RunbooksService,
    IncidentRunbookService,
    IncidentTransferService,
    HookSignatures,
  ],
})
export class IncidentsApiModule {}

/** First-seen versions, suspects and deliveries; for the role `worker`. */
@Module({
  imports: [
    IncidentsModule,
    CostModule,
    TypeOrmModule.forFeature([ObjectiveRevision, ObjectiveExclusion, ScrapeTargetEntity]),
  ],
  providers: [
    IncidentsProcessor,
    BudgetWatch,
    MoneyWatch,
    IncidentRounds,
    FirstSeenService,
    IncidentSurroundings,
    IncidentUpkeep,
    MitigationEffectService,
  ],
})
export class IncidentsWorkerModule {}
