import { PlimsollError } from '@plimsoll/contract';
import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { guardedPattern, patternProblem } from './guarded-pattern.js';

/** Whether the answer matches (or must not match) a pattern. */
export const regex = defineScorer({
  id: 'regex',
  title: 'Matches a pattern',
  description:
    'The answer matches a regular expression, or with `expect: absent` does not. Patterns are bounded in time.',
  output: 'binary',
  better: 'higher',
  settings: z
    .strictObject({
      pattern: z.string().min(1),
      flags: z
        .string()
        .regex(/^[imsu]*$/u, 'may hold i, m, s and u')
        .default('u'),
      expect: z.enum(['present', 'absent']).default('present'),
    })
    .superRefine(({ pattern, flags }, context) => {
      const problem = patternProblem(pattern, flags);
      if (problem !== null) context.addIssue({ code: 'custom', path: ['pattern'], message: problem });
    }),
  example: { pattern: '\\bAnswer:\\s*\\d+' },
  prepare: (settings) => {
    const search = guardedPattern(settings.pattern, settings.flags);
    return (subject) => {
      const result = search(subject.output);
      if ('failure' in result) {
        throw new PlimsollError('invalid_input', 'settings.pattern took too long on this answer and was given up');
      }
      const present = result.match !== null;
      return binary(present === (settings.expect === 'present'), present ? `found “${result.match}”` : 'not found');
    };
  },
});
