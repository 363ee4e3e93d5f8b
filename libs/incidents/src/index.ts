export { budgetCrossings } from './budget-crossing.js';
export { type CandidateChange, kindPriors, isMeasurement } from './candidates.js';
export type { Cell, Counts } from './cells.js';
export { dedupKeyOf, type IncidentSubject } from './dedup-key.js';
export { type AttributeExplanation, type Conjunction, explainByAttribute, findConjunctions } from './drill-down.js';
export { escalationOf, type EscalationPolicy, type EscalationState, type EscalationTurn } from './escalation.js';
export { incidentOf, type IncidentLabel, type LabelledIncident, type Precision, precisionOf } from './precision.js';
export { evaluateSuspects } from './evaluate-suspects.js';
export { type GroupingFacts, groupingReason, type GroupingReason, isInhibited } from './grouping.js';
export { hintsFor } from './hints.js';
export {
  applyEvent,
  foldIncident,
  highestSeverity,
  type IncidentEvent,
  type IncidentEventBody,
  type IncidentEventKind,
  type IncidentState,
  type IncidentView,
  isOpen,
  refusal,
  type Severity,
} from './lifecycle.js';
export { isInMaintenance, maintenanceAt, type MaintenanceMatchers, type MaintenanceSchedule } from './maintenance.js';
export { mitigationEffect, type MitigationEffect } from './mitigation-effect.js';
export { type AttributeDecomposition, splitMixAndRate, type ValueContribution } from './mix-and-rate.js';
export { notificationFor, type NotificationKind } from './notification-policy.js';
export { type BadnessPoint, findOnset, type Onset, onsetSlackMs } from './onset.js';
export type { Rescored } from './rescoring.js';
export { isRollback } from './rollback.js';
export { onCallAt, type Rotation, type Shift } from './rotation.js';
export {
  fillRunbook,
  fillTemplate,
  runbookFor,
  runbookGap,
  type RunbookGap,
  type RunbookMatchers,
  runbookSteps,
  type RunbookValues,
  unknownParameters,
} from './runbook.js';
export { isSilenced, type Silence } from './silence.js';
export type { Band, Suspect, SuspectRanking, Verdict } from './suspect.js';
export { comparedCells, rankSuspects, type SuspectQuestion } from './suspects.js';
export {
  type AlertChange,
  eventsForAlert,
  eventsForReopening,
  flappingIsOver,
  isFlapping,
  placeAlert,
  type Placement,
} from './transitions.js';
export { type WeeklyHours } from './weekly-hours.js';
