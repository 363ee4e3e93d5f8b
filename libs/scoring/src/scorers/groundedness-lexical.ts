import { z } from 'zod';
import { defineScorer, numeric } from '../scorer.js';
import { contentWords, sentences } from '../text/index.js';

/** Numbers as digits alone, so that 1,200 and 1200 agree. */
const numbers = (text: string): string[] =>
  (text.match(/\d[\d,.]*/gu) ?? []).map((number) => number.replace(/[,.]+$/u, '').replace(/,/gu, ''));

/** Share of the answer's sentences whose content words and numbers are found in the context. */
export const groundednessLexical = defineScorer({
  id: 'groundedness_lexical',
  title: 'Grounded in the context (by words)',
  description:
    'Share of sentences that share `minOverlap` of their content words and all their numbers with the context.',
  output: 'numeric',
  better: 'higher',
  settings: z.strictObject({ minOverlap: z.number().min(0).max(1).default(0.5) }),
  example: {},
  prepare: (settings) => (subject) => {
    const context = subject.context.join('\n');
    const stated = sentences(subject.output).filter((sentence) => contentWords(sentence).length >= 3);
    if (context.trim() === '' || stated.length === 0) return null;
    const known = new Set(contentWords(context));
    const knownNumbers = new Set(numbers(context));
    const grounded = (sentence: string): boolean => {
      const own = contentWords(sentence);
      const shared = own.filter((word) => known.has(word)).length / own.length;
      return shared >= settings.minOverlap && numbers(sentence).every((number) => knownNumbers.has(number));
    };
    const doubtful = stated.find((sentence) => !grounded(sentence));
    const share = stated.filter(grounded).length / stated.length;
    return numeric(share, doubtful === undefined ? null : `not in the context: “${doubtful.slice(0, 120)}”`);
  },
});
