import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { refusalPhrase } from '../text/index.js';

/** Whether the model turned the request down, by the phrases of its opening lines. */
export const refusal = defineScorer({
  id: 'refusal',
  title: 'Refusal',
  description: 'The answer opens with a phrase that turns the request down (English).',
  output: 'binary',
  better: 'lower',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    if (/content_filter|refusal|safety/iu.test(subject.finishReason ?? '')) {
      return binary(true, `finish reason ${subject.finishReason}`);
    }
    const phrase = refusalPhrase(subject.output);
    return binary(phrase !== null, phrase === null ? null : `“${phrase}”`);
  },
});
