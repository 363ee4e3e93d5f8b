import { deflateRawSync } from 'node:zlib';
import { normalisedWords, sentences, words } from './tokens.js';

const countVowelGroups = (word: string): number => {
  const groups = word
    .toLowerCase()
    .replace(/e$/u, '')
    .match(/[aeiouyàâäáéèêëíìîïóòôöúùûü]+/gu);
  return Math.max(1, groups?.length ?? 1);
};

/**
 * Flesch reading ease, 206.835 - 1.015 words/sentence - 84.6 syllables/word (Flesch 1948); syllables are estimated by
 * vowel groups. Null under 3 words, where the formula says nothing. Clamped to -200..200. `all` are the text's words, for
 * callers that have them.
 */
export function fleschReadingEase(text: string, all: readonly string[] = words(text)): number | null {
  if (all.length < 3) return null;
  const syllables = all.reduce((sum, word) => sum + countVowelGroups(word), 0);
  const perSentence = all.length / Math.max(1, sentences(text).length);
  const ease = 206.835 - 1.015 * perSentence - (84.6 * syllables) / all.length;
  return Math.min(200, Math.max(-200, ease));
}

/** Deflated bytes per byte of text: low means repetitive. Null for empty text. */
export function deflateRatio(text: string): number | null {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? null : deflateRawSync(bytes, { level: 6 }).length / bytes.length;
}

/** Share of the 4-grams of words that occurred before in the same text, 0..1; 0 under 8 words. */
export function repeatedFourGrams(text: string): number {
  const all = normalisedWords(text);
  if (all.length < 8) return 0;
  const seen = new Set<string>();
  const total = all.length - 3;
  for (let index = 0; index < total; index += 1) seen.add(all.slice(index, index + 4).join(' '));
  return 1 - seen.size / total;
}

/** Distinct words per word over the first 200 of a text's words; null without words. */
export function lexicalVariety(all: readonly string[]): number | null {
  const first = all.slice(0, 200).map((word) => word.toLowerCase());
  return first.length === 0 ? null : new Set(first).size / first.length;
}
