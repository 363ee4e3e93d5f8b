import { Access1763700000001 } from './0001-access.js';
import { Slo1763700000002 } from './0002-slo.js';
import { Incidents1763700000003 } from './0003-incidents.js';
import { Quality1763700000004 } from './0004-quality.js';
import { CostGpu1763700000005 } from './0005-cost-gpu.js';
import { Silences1763700000007 } from './0007-silences.js';
import { IngestGuards1763700000009 } from './0009-ingest-guards.js';
import { SelfTests1763700000010 } from './0010-self-tests.js';
import { MaskingKeys1763700000011 } from './0011-masking-keys.js';
import { Remaps1763700000012 } from './0012-remaps.js';
import { ObjectiveSteps1763700000013 } from './0013-objective-steps.js';
import { Exclusions1763700000014 } from './0014-exclusions.js';
import { OnCall1763700000015 } from './0015-on-call.js';
import { ObjectiveCounters1763700000018 } from './0018-objective-counters.js';
import { Runbooks1763700000016 } from './0016-runbooks.js';
import { Maintenance1763700000017 } from './0017-maintenance.js';
import { BudgetCrossings1763700000019 } from './0019-budget-crossings.js';
import { Retention1763700000020 } from './0020-retention.js';
import { ScorerTrials1763700000021 } from './0021-scorer-trials.js';
import { ChannelChanges1763700000022 } from './0022-channel-changes.js';
import { Badges1763700000023 } from './0023-badges.js';
import { MessageThreads1763700000025 } from './0025-message-threads.js';
import { SamplingBursts1763700000026 } from './0026-sampling-bursts.js';
import { BudgetMarks1763700000029 } from './0029-budget-marks.js';
import { IdempotencyByAge1763700000033 } from './0033-idempotency-by-age.js';

/** All migrations of PostgreSQL; a new one is one file and one line here. Applied in the order of their stamps. */
export const postgresMigrations = [
  Access1763700000001,
  Slo1763700000002,
  Incidents1763700000003,
  Quality1763700000004,
  CostGpu1763700000005,
  Silences1763700000007,
  IngestGuards1763700000009,
  SelfTests1763700000010,
  MaskingKeys1763700000011,
  Remaps1763700000012,
  ObjectiveSteps1763700000013,
  Exclusions1763700000014,
  OnCall1763700000015,
  Runbooks1763700000016,
  Maintenance1763700000017,
  ObjectiveCounters1763700000018,
  BudgetCrossings1763700000019,
  Retention1763700000020,
  ScorerTrials1763700000021,
  ChannelChanges1763700000022,
  Badges1763700000023,
  MessageThreads1763700000025,
  SamplingBursts1763700000026,
  BudgetMarks1763700000029,
  IdempotencyByAge1763700000033,
];
