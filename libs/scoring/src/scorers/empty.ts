import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

/** Whether there is no answer at all: neither text nor a tool call. */
export const empty = defineScorer({
  id: 'empty',
  title: 'Empty answer',
  description: 'The call succeeded but returned neither text nor a tool call.',
  output: 'binary',
  better: 'lower',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    if (subject.status === 'error') return null;
    return binary(subject.output.trim() === '' && subject.toolCalls.length === 0);
  },
});
