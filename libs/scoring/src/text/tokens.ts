const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

/** Words in order, as written. */
export const words = (text: string): string[] => text.match(WORD) ?? [];

/** Lower-case words in order. */
export const normalisedWords = (text: string): string[] => words(text.toLowerCase());

/** Sentences with their closing mark; a line break ends one too. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.!?。！？])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

const STOP_WORDS = new Set(
  (
    'a about above after again all also an and any are as at be because been before being between both but by can could did do does ' +
    'doing down during each few for from further had has have having he her here hers him his how i if in into is it its itself just ' +
    'me more most my no nor not of off on once only or other our out over own same she should so some such than that the their them ' +
    'then there these they this those through to too under until up very was we were what when where which while who will with would you your'
  ).split(' '),
);

/** Lower-case words that carry content (no English function words, no single letters; numbers stay). */
export const contentWords = (text: string): string[] =>
  normalisedWords(text).filter((word) => /\p{N}/u.test(word) || (word.length > 1 && !STOP_WORDS.has(word)));
