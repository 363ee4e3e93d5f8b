export { evaluateDrift, evaluateWindows } from './evaluate.js';
export { inputFeatures, outputFeatures, type TextFeature } from './features.js';
export { describeMove } from './headline.js';
export { measureWindows, pick, type Column, type Window } from './window.js';
