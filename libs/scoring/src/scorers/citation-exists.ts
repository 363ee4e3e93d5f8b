import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

/** Whether every numbered citation of the answer points at a passage that was given. */
export const citationExists = defineScorer({
  id: 'citation_exists',
  title: 'Citations exist',
  description: 'Every [n] in the answer points at one of the context passages; an answer without any is not judged.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    const cited = [...subject.output.matchAll(/\[(\d{1,3})\]/gu)].map(([, number]) => Number(number));
    if (cited.length === 0 || subject.context.length === 0) return null;
    const missing = cited.find((number) => number < 1 || number > subject.context.length);
    return binary(missing === undefined, missing === undefined ? null : `[${missing}] of ${subject.context.length}`);
  },
});
