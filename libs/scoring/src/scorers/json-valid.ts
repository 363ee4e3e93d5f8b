import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { looksLikeJson, readJson } from './json-text.js';

/** Whether the answer parses as JSON. A text that only parses after repair is not valid. */
export const jsonValid = defineScorer({
  id: 'json_valid',
  title: 'Valid JSON',
  description: 'The answer parses as JSON. By default only answers that look like JSON are judged.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({
    when: z.enum(['looks_like_json', 'always']).default('looks_like_json'),
  }),
  example: { when: 'always' },
  prepare: (settings) => (subject) => {
    if (settings.when === 'looks_like_json' && !looksLikeJson(subject.output)) return null;
    const reading = readJson(subject.output);
    if (reading.kind === 'valid') return binary(true);
    return binary(
      false,
      reading.kind === 'repaired' ? `parses only after repair: ${reading.problem}` : reading.problem,
    );
  },
});
