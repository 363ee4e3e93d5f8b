import { z } from 'zod';
import { defineScorer, numeric } from '../scorer.js';
import { fleschReadingEase } from '../text/index.js';

/** Flesch reading ease of the answer. */
export const readability = defineScorer({
  id: 'readability',
  title: 'Readability',
  description: 'Flesch reading ease of the answer: 100 very easy, 0 very hard (made for English).',
  output: 'numeric',
  better: 'neutral',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    const ease = fleschReadingEase(subject.output);
    return ease === null ? null : numeric(ease);
  },
});
