import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

/** Whether the answer holds all, any or none of some phrases. */
export const contains = defineScorer({
  id: 'contains',
  title: 'Contains phrases',
  description: 'The answer contains all, any or none of the given phrases.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({
    phrases: z.array(z.string().min(1).max(1_000)).min(1).max(100),
    require: z.enum(['all', 'any', 'none']).default('all'),
    caseSensitive: z.boolean().default(false),
  }),
  example: { phrases: ['refund', 'order'], require: 'any' },
  prepare: (settings) => {
    const fold = (text: string): string => (settings.caseSensitive ? text : text.toLowerCase());
    return (subject) => {
      const output = fold(subject.output);
      const found = settings.phrases.filter((phrase) => output.includes(fold(phrase)));
      if (settings.require === 'any')
        return binary(found.length > 0, found.length > 0 ? `found “${found[0]}”` : 'none found');
      if (settings.require === 'none')
        return binary(found.length === 0, found.length > 0 ? `found “${found[0]}”` : null);
      const missing = settings.phrases.find((phrase) => !found.includes(phrase));
      return binary(missing === undefined, missing === undefined ? null : `missing “${missing}”`);
    };
  },
});
