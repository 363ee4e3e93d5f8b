export { evaluateDrift, evaluateWindows } from './evaluate.js';
export { inputFeatures, outputFeatures, type TextFeature } from './features.js';
export { describeMove } from './headline.js';
export { alignWindows, measureWindows, pick, type Column, type Window } from './window.js';
export { noAlarm, stepAlarm, type DriftAlarm } from './alarm-state.js';
export { ALARM_WEALTH, hasAlarmed, startMartingale, stepMartingale, type Martingale } from './martingale.js';
