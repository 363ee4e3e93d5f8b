export {
  expositionLimits,
  parseExposition,
  printSample,
  type Exemplar,
  type ExpositionPage,
  type PrintedSample,
  type RejectedLine,
  type Sample,
} from './exposition/exposition.js';
export { frameBufferTotalMib, readGpuPage, type GpuPage, type GpuReadings, type GpuSample } from './dcgm.js';
export {
  engineHistograms,
  engines,
  histogramQuantile,
  readEnginePage,
  type Engine,
  type EngineHistogram,
  type EngineSample,
  type HistogramBucket,
} from './engines.js';
export { ownsModel } from './pools.js';
export { gpuConditions, type GpuCondition } from './verdict/conditions.js';
export { judgeGpu } from './verdict/verdict.js';
export { momentRules } from './verdict/moment-rules.js';
export { windowRules } from './verdict/window-rules.js';
export type { Evidence, Scrape, Verdict, VerdictWindow } from './verdict/window.js';
export {
  evaluateExposition,
  evaluateGpu,
  gpuEvalInput,
  gpuEvalOutput,
  type ExpositionEvaluation,
  type GpuEvaluation,
  type GpuEvaluationInput,
} from './evaluate.js';
export { migShare, ownerOf } from './owner.js';
export { readScrapeAllowList, refuseScrapeAddress, type ScrapeAllowList } from './scrape-address.js';
