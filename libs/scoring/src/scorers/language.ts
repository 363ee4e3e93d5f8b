import { eld } from 'eld/extrasmall';
import { z } from 'zod';
import { binary, categorical, defineScorer } from '../scorer.js';

/** Under this many characters every detector tried was wrong in 20 to 70 % of texts. */
const SHORTEST = 40;
/** Detection is settled long before this many characters. */
const LONGEST = 2_000;

/** ISO 639-1 code of a text, `und` when it is short or the detector is unsure. */
export function detectLanguage(text: string): string {
  const prose = text.replace(/```[\s\S]*?(```|$)/gu, ' ').trim();
  if (prose.length < SHORTEST) return 'und';
  const result = eld.detect(prose.slice(0, LONGEST));
  return result.language !== '' && result.isReliable() ? result.language : 'und';
}

/** The language of the answer. */
export const language = defineScorer({
  id: 'language',
  title: 'Language',
  description: 'Language of the answer (und under 40 characters).',
  output: 'categorical',
  better: 'neutral',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => (subject.output === '' ? null : categorical(detectLanguage(subject.output))),
});

/** Whether the answer is in the expected language; unsure answers are not judged. */
export const languageMatch = defineScorer({
  id: 'language_match',
  title: 'Expected language',
  description: 'The answer is in the expected language, or in the language of the question when none is set.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({
    expected: z
      .string()
      .regex(/^[a-z]{2}$/u, 'must be a two-letter language code')
      .nullable()
      .default(null),
  }),
  example: { expected: 'en' },
  prepare: (settings) => (subject) => {
    const found = detectLanguage(subject.output);
    const expected = settings.expected ?? detectLanguage(subject.input);
    if (found === 'und' || expected === 'und') return null;
    return binary(found === expected, found === expected ? null : `${found} instead of ${expected}`);
  },
});
