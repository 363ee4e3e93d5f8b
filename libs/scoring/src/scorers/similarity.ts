import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { defineScorer, numeric } from '../scorer.js';
import { normalisedWords } from '../text/index.js';

/** Longest text that is compared by edits; the cost is the product of both lengths. */
const LONGEST_EDITS = 4_000;
const LONGEST_WORDS = 2_000;

/** 1 - edits / longer length, 0..1, over the first 4,000 characters. */
export function levenshteinRatio(first: string, second: string): number {
  const a = first.slice(0, LONGEST_EDITS);
  const b = second.slice(0, LONGEST_EDITS);
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - distance(a, b) / longer;
}

const harmonic = (precision: number, recall: number): number =>
  precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);

/** F1 of the words as multisets. */
export function tokenF1(output: string, expected: string): number {
  const wanted = new Map<string, number>();
  const expectedWords = normalisedWords(expected);
  for (const word of expectedWords) wanted.set(word, (wanted.get(word) ?? 0) + 1);
  const outputWords = normalisedWords(output);
  let shared = 0;
  for (const word of outputWords) {
    const left = wanted.get(word) ?? 0;
    if (left > 0) {
      shared += 1;
      wanted.set(word, left - 1);
    }
  }
  if (outputWords.length === 0 || expectedWords.length === 0)
    return Number(outputWords.length === expectedWords.length);
  return harmonic(shared / outputWords.length, shared / expectedWords.length);
}

/** ROUGE-L F1: by the longest common subsequence of words (Lin 2004), over the first 2,000 words. */
export function rougeL(output: string, expected: string): number {
  const a = normalisedWords(output).slice(0, LONGEST_WORDS);
  const b = normalisedWords(expected).slice(0, LONGEST_WORDS);
  if (a.length === 0 || b.length === 0) return Number(a.length === b.length);
  let previous = new Uint16Array(b.length + 1);
  for (const word of a) {
    const row = new Uint16Array(b.length + 1);
    b.forEach((other, index) => {
      row[index + 1] =
        word === other ? (previous[index] ?? 0) + 1 : Math.max(previous[index + 1] ?? 0, row[index] ?? 0);
    });
    previous = row;
  }
  const common = previous[b.length] ?? 0;
  return harmonic(common / a.length, common / b.length);
}

const measures = { levenshtein: levenshteinRatio, token_f1: tokenF1, rouge_l: rougeL };

/** How close the answer is to the expected one, 0..1. */
export const similarity = defineScorer({
  id: 'similarity',
  title: 'Similarity to the expected answer',
  description: 'Levenshtein ratio, word F1 or ROUGE-L against the expected answer, 0 to 1.',
  output: 'numeric',
  better: 'higher',
  settings: z.strictObject({
    measure: z.enum(['levenshtein', 'token_f1', 'rouge_l']).default('token_f1'),
    expected: z.string().nullable().default(null),
  }),
  example: { measure: 'rouge_l' },
  prepare: (settings) => (subject) => {
    const expected = settings.expected ?? subject.expected;
    return expected === null ? null : numeric(measures[settings.measure](subject.output, expected));
  },
});
