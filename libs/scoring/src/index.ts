export {
  MAX_SCORED_LENGTH,
  type Better,
  type PreparedScorer,
  type Score,
  type ScoreOutput,
  type Scorer,
  type ScoringSubject,
  type SubjectTool,
  type SubjectToolCall,
} from './scorer.js';
export { defaultScorerIds, findRuleScorer, ruleScorers } from './scorers/index.js';
export { detectLanguage } from './scorers/language.js';
export { personalData } from './scorers/pii.js';
export { decide, judgeRules } from './sampling/decide.js';
export { weightedRate, type WeightedRate, type WeightedSums } from './sampling/weighted-rate.js';
export type { SamplingDecision, SamplingFact, SamplingFacts, SamplingPolicy, SamplingRule } from './sampling/decide.js';
export { draw } from './sampling/draw.js';
export { judgeFingerprint, rubricSettings, type Rubric } from './judge/rubric.js';
export { estimatedTokens, judgeRequest, type JudgeRequest, type ReplyMode } from './judge/prompt.js';
export { readJudgeReply, type JudgeReading } from './judge/reply.js';
export {
  afterFailure,
  afterSuccess,
  allows,
  closedCircuit,
  retryDelay,
  type AttemptFailure,
  type Circuit,
} from './judge/backoff.js';
