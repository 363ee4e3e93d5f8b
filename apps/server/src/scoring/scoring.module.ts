import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { OutcomesService } from '../cost/outcomes.service.js';
import { PricesModule } from '../cost/prices.module.js';
import { MaskingModule } from '../operations/masking.module.js';
import { PassCursors } from '../rollups/pass-cursors.js';
import { Retentions } from '../rollups/retention.js';
import { ActiveScorers } from './active-scorers.js';
import { CallDecisions } from './call-decisions.service.js';
import { ContentsService } from './contents.service.js';
import { FeedbackService } from './feedback.service.js';
import { JudgeEndpoints } from './judge-endpoints.service.js';
import { JudgeScoring } from './judge-scoring.service.js';
import { JudgesService } from './judges.service.js';
import { RuleScoring } from './rule-scoring.service.js';
import { ScorersController } from './scorers.controller.js';
import { ScorersService } from './scorers.service.js';
import { ScoresController } from './scores.controller.js';
import { ScoresService } from './scores.service.js';
import { JudgeEndpointEntity, SamplingPolicyEntity, ScorerEntity, ScorerVersionEntity } from './scoring.entity.js';
import { ScoringProgressService } from './scoring-progress.js';
import { ScoringProcessor } from './scoring.processor.js';
import { ScoringService } from './scoring.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([ScorerEntity, ScorerVersionEntity, SamplingPolicyEntity, JudgeEndpointEntity]),
    AccessModule,
    MaskingModule,
    PricesModule,
  ],
  controllers: [ScorersController, ScoresController],
  providers: [
    PassCursors,
    Retentions,
    ActiveScorers,
    CallDecisions,
    ContentsService,
    FeedbackService,
    JudgeEndpoints,
    JudgeScoring,
    JudgesService,
    RuleScoring,
    ScorersService,
    ScoresService,
    ScoringProgressService,
    ScoringService,
  ],
  exports: [ActiveScorers, ContentsService, FeedbackService, JudgeScoring, ScorersService, ScoringService],
})
export class ScoringModule {}

/** Decides, scores and judges; for the role `worker`. */
@Module({ imports: [ScoringModule], providers: [OutcomesService, ScoringProcessor] })
export class ScoringWorkerModule {}
