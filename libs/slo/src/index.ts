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
