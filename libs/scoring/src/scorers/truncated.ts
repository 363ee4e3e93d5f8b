import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { formatTraits, words } from '../text/index.js';

const LENGTH_REASON = /^(length|max_tokens|max_output_tokens|model_length|token_limit)$/iu;

/** Whether the answer was cut off: by its finish reason, or where none is known by an open end. */
export const truncated = defineScorer({
  id: 'truncated',
  title: 'Cut off',
  description: 'The finish reason says that the token limit ended the answer; without one, a long text ends openly.',
  output: 'binary',
  better: 'lower',
  settings: z.strictObject({
    /** Below this many words an open end says nothing (labels, names, short lists). */
    minWords: z.int().min(1).max(10_000).default(40),
  }),
  example: {},
  prepare: (settings) => (subject) => {
    if (subject.status === 'error') return null;
    if (subject.finishReason !== null) {
      const cut = LENGTH_REASON.test(subject.finishReason);
      return binary(cut, cut ? `finish reason ${subject.finishReason}` : null);
    }
    if (words(subject.output).length < settings.minWords) return binary(false);
    const openFence = (subject.output.match(/^\s{0,3}```/gmu)?.length ?? 0) % 2 === 1;
    if (openFence) return binary(true, 'a code fence is not closed');
    const traits = formatTraits(subject.output);
    const lastLine = subject.output.trimEnd().split('\n').at(-1) ?? '';
    const openEnd = !traits.closingMark && !/^\s*([-*+•#|]|\d{1,3}[.)])/u.test(lastLine);
    return binary(openEnd, openEnd ? 'no closing mark' : null);
  },
});
