export {
  alertRule,
  alertStates,
  initialAlertStatus,
  replayIncidents,
  stepAlert,
  type AlertRule,
  type AlertSignal,
  type AlertState,
  type AlertStatus,
  type AlertTransitionStep,
  type TransitionKind,
} from './alert-state.js';
export { evaluateSlo } from './evaluate-slo.js';
export { sloEvalInput, sloEvalOutput } from '@plimsoll/contract';
export { budgetBadge } from './budget-badge.js';
export { budgetState, burnRate, exhaustsInSeconds, type BudgetState, type EventSums } from './budget.js';
export { calendarPeriod, type CalendarPeriod, type CalendarUnit } from './calendar.js';
export { durationSeconds, durationText } from './duration.js';
export { feasibilityWarning } from './guards.js';
export { errorClasses, type ErrorClass } from './kinds/error.js';
export { sliKindOf, sliKinds } from './kinds/index.js';
export { percentText, type SliKind, type SliKindId } from './kinds/sli-kind.js';
export {
  judgedObjective,
  judgeTier,
  type JudgedObjective,
  type Lookback,
  type TierJudgement,
} from './objective-judge.js';
export {
  budgetShareOf,
  checkDefinition,
  objectiveTiers,
  objectiveWarnings,
  objectiveWindow,
  policyTiers,
  windowText,
  type ObjectiveWindow,
} from './objective-terms.js';
export { outageLowerLimit, outageRule, outageTier, outageVerdict } from './outage.js';
export { badShareOfSlice, SLICE_TOLERANCE } from './timeslices.js';
export { PointSeries, type PointColumns, type SliPoint } from './point-series.js';
export {
  addTotals,
  emptyTotals,
  emptyWindow,
  scoredShare,
  windowOfStrata,
  type PointTotals,
  type WindowTotals,
} from './point-totals.js';
export { decimal, toDecimalText, toNumber, type Rational } from './rational.js';
export { estimateInterval, sampledStatus, type SampledEstimate, type SampledStatus } from './sampled.js';
export { planSampling, type SamplingPlan, type SamplingPlanInput } from './sampling-planner.js';
export { detectionSeconds, resetSeconds } from './tier-delays.js';
export { isReachable, type Severity, type Tier } from './tiers.js';
export {
  foldTier,
  initialTierStatus,
  stepWithoutData,
  type FoldInput,
  type FoldResult,
  type FoldedTransition,
  type TierStatus,
} from './alert-fold.js';
export {
  baseOf,
  refoldBase,
  REFOLD_MINUTES,
  sameStatus,
  type Checkpoint,
  type KeptCheckpoint,
} from './alert-checkpoints.js';
export { advanceTier, isNotable, isOpen, type AdvanceResult } from './alert-refold.js';
export { backtestObjective, tierDelays, type BacktestedPage } from './backtest.js';
export { lookbackEdges, lookbackLengths } from './lookback-edges.js';
export {
  averagedDetectors,
  detectorFor,
  isAlarm,
  startDetectors,
  stepDetectors,
  type Detector,
  type DetectorState,
} from './e-cusum.js';
export { gateVerdict, type GateVerdict } from './gate.js';
export { clusterEffectOf, designEffect, unclusteredBecause, type ClusterEffect } from './cluster-effect.js';
export { judgedEstimate, plainSamples, type SampleTraits } from './sample-traits.js';
export {
  judgeErrorOf,
  LABELS_NEEDED,
  ratesOf,
  uncorrectedBecause,
  type JudgeError,
  type JudgeLabel,
} from './judge-error.js';
export { selfTestObjective, selfTestTransition, type SelfTestResult } from './self-test.js';
export {
  absentAfterMinutes,
  eventsWithin,
  FORECAST_WEEKS,
  forecastRate,
  silenceProbes,
  silenceTier,
  silentMinutes,
  stepSilence,
  tellingSilence,
} from './silence.js';
export { objectiveCounters, prometheusRules, type ExportedRules, type RuleSubject } from './prometheus-rules.js';
export { selfTestAlarm, silenceAlarms, type SilenceAlarm } from './silence-alarms.js';
export { burnGrain, tierBurns } from './tier-burns.js';
