import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { deflateRatio, normalisedWords, repeatedFourGrams } from '../text/index.js';

/** Whether the answer loops: most of its word 4-grams come back, or it deflates to almost nothing. */
export const repetition = defineScorer({
  id: 'repetition',
  title: 'Repeats itself',
  description:
    'Share of repeated 4-grams over `maxRepeated`, or deflate ratio under `minDeflateRatio`, from `minWords` on.',
  output: 'binary',
  better: 'lower',
  settings: z.strictObject({
    maxRepeated: z.number().min(0).max(1).default(0.5),
    minDeflateRatio: z.number().min(0).max(1).default(0.12),
    minWords: z.int().min(8).default(40),
  }),
  example: {},
  prepare: (settings) => (subject) => {
    if (normalisedWords(subject.output).length < settings.minWords) return binary(false);
    const repeated = repeatedFourGrams(subject.output);
    const ratio = deflateRatio(subject.output) ?? 1;
    if (repeated > settings.maxRepeated) return binary(true, `${Math.round(repeated * 100)} % of 4-grams repeat`);
    if (ratio < settings.minDeflateRatio) return binary(true, `deflates to ${Math.round(ratio * 100)} %`);
    return binary(false);
  },
});
