export { type CustomRule, detectorOfRule, patternProblem } from './custom-rule.js';
export type { Detector } from './detector.js';
export { detectors } from './detectors/index.js';
export { addCounts, droppedContent, type MaskCounts, type Masked, type MaskingPolicy, maskText } from './masker.js';
export { maskName } from './name-masker.js';
