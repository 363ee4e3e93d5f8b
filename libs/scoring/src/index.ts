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
