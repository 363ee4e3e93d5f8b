import type { Scorer } from '../scorer.js';
import { citationExists } from './citation-exists.js';
import { contains } from './contains.js';
import { empty } from './empty.js';
import { exact } from './exact.js';
import { format, formatRule } from './format.js';
import { groundednessLexical } from './groundedness-lexical.js';
import { jsonSchema } from './json-schema.js';
import { jsonValid } from './json-valid.js';
import { language, languageMatch } from './language.js';
import { lengthBand } from './length-band.js';
import { pii } from './pii.js';
import { promptEcho } from './prompt-echo.js';
import { readability } from './readability.js';
import { refusal } from './refusal.js';
import { regex } from './regex.js';
import { repetition } from './repetition.js';
import { secretLeak } from './secret-leak.js';
import { similarity } from './similarity.js';
import { toolCallValid } from './tool-call-valid.js';
import { toolLoop } from './tool-loop.js';
import { truncated } from './truncated.js';
import { urlAllowlist } from './url-allowlist.js';

/** Every rule scorer; README.md of this folder says what belongs here. */
export const ruleScorers: readonly Scorer[] = [
  jsonValid,
  refusal,
  empty,
  truncated,
  language,
  lengthBand,
  repetition,
  regex,
  contains,
  jsonSchema,
  exact,
  similarity,
  languageMatch,
  readability,
  format,
  formatRule,
  pii,
  secretLeak,
  promptEcho,
  groundednessLexical,
  citationExists,
  toolCallValid,
  toolLoop,
  urlAllowlist,
];

/** What a new project scores from its first span on, each at 100 %: the traits that are telling for any answer. */
export const defaultScorerIds: readonly string[] = [
  refusal.id,
  empty.id,
  truncated.id,
  language.id,
  lengthBand.id,
  repetition.id,
];

const byId = new Map(ruleScorers.map((scorer) => [scorer.id, scorer]));

/** The rule scorer with this id, or undefined. */
export const findRuleScorer = (id: string): Scorer | undefined => byId.get(id);
