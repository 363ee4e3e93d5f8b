import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

/** Whether the answer equals the expected one. */
export const exact = defineScorer({
  id: 'exact',
  title: 'Equals the expected answer',
  description:
    'The answer equals the expected one (of the settings, else of the call), by default but for case and white space.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({
    expected: z.string().nullable().default(null),
    strict: z.boolean().default(false),
  }),
  example: { expected: 'Paris' },
  prepare: (settings) => {
    const normal = (text: string): string =>
      settings.strict ? text : text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
    return (subject) => {
      const expected = settings.expected ?? subject.expected;
      return expected === null ? null : binary(normal(subject.output) === normal(expected));
    };
  },
});
