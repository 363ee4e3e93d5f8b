import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { words } from '../text/index.js';

/** Whether the answer's length lies in a band. */
export const lengthBand = defineScorer({
  id: 'length_band',
  title: 'Length in band',
  description: 'The answer has at least `min` and at most `max` characters or words.',
  output: 'binary',
  better: 'higher',
  settings: z
    .strictObject({
      unit: z.enum(['characters', 'words']).default('characters'),
      min: z.int().min(0).default(1),
      max: z.int().min(1).default(20_000),
    })
    .refine(({ min, max }) => min <= max, { path: ['max'], message: 'must not be below min' }),
  example: { unit: 'words', min: 5, max: 200 },
  prepare: (settings) => (subject) => {
    if (subject.status === 'error' || (subject.output === '' && subject.toolCalls.length > 0)) return null;
    const length = settings.unit === 'words' ? words(subject.output).length : Array.from(subject.output).length;
    const inside = length >= settings.min && length <= settings.max;
    return binary(inside, `${length} ${settings.unit}`);
  },
});
