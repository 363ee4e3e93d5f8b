import {
  deflateRatio,
  fleschReadingEase,
  formatTraits,
  lexicalVariety,
  refusalPhrase,
  sentences,
  words,
  type FormatTraits,
} from '@plimsoll/scoring/text';

/** A text with what several features need of it, worked out once. */
export interface ReadText {
  readonly text: string;
  readonly characters: number;
  readonly words: readonly string[];
  readonly format: FormatTraits;
}

export function readText(text: string): ReadText {
  let characters = 0;
  // Code points without an array of them.
  for (const _ of text) characters += 1;
  return { text, characters, words: words(text), format: formatTraits(text) };
}

/** A trait of a text that drift watches without being told. Binary traits answer 1 or 0, null: not defined here. */
export interface TextFeature {
  readonly name: string;
  readonly title: string;
  readonly kind: 'numeric' | 'binary';
  readonly extract: (read: ReadText) => number | null;
}

const wordsPerSentence = ({ text, words: all }: ReadText): number | null => {
  const count = sentences(text).length;
  return count === 0 ? null : all.length / count;
};

/** Share of words that speak of the speaker, with English pronouns. */
const firstPerson = ({ words: all }: ReadText): number | null =>
  all.length === 0 ? null : all.filter((word) => /^(?:i|i['’].+|me|my|mine|myself)$/iu.test(word)).length / all.length;

/** Style traits of an answer: what moved when real models were exchanged (docs/drift.md has the figures). */
export const outputFeatures: readonly TextFeature[] = [
  { name: 'characters', title: 'Length in characters', kind: 'numeric', extract: ({ characters }) => characters },
  { name: 'words', title: 'Length in words', kind: 'numeric', extract: ({ words: all }) => all.length },
  { name: 'words_per_sentence', title: 'Words per sentence', kind: 'numeric', extract: wordsPerSentence },
  {
    name: 'reading_ease',
    title: 'Flesch reading ease',
    kind: 'numeric',
    extract: ({ text, words: all }) => fleschReadingEase(text, all),
  },
  { name: 'deflate_ratio', title: 'Deflate ratio', kind: 'numeric', extract: ({ text }) => deflateRatio(text) },
  {
    name: 'lexical_variety',
    title: 'Distinct words per word',
    kind: 'numeric',
    extract: ({ words: all }) => lexicalVariety(all),
  },
  { name: 'first_person', title: 'Share of first-person words', kind: 'numeric', extract: firstPerson },
  {
    name: 'exclamation',
    title: 'Has an exclamation mark',
    kind: 'binary',
    extract: ({ text }) => Number(/[!！]/u.test(text)),
  },
  { name: 'code_fence', title: 'Has a code block', kind: 'binary', extract: ({ format }) => Number(format.codeFence) },
  { name: 'list', title: 'Has a list', kind: 'binary', extract: ({ format }) => Number(format.list) },
  { name: 'heading', title: 'Has a heading', kind: 'binary', extract: ({ format }) => Number(format.heading) },
  { name: 'bold', title: 'Has bold text', kind: 'binary', extract: ({ format }) => Number(format.bold) },
  {
    name: 'closing_mark',
    title: 'Ends with a closing mark',
    kind: 'binary',
    extract: ({ format }) => Number(format.closingMark),
  },
  {
    name: 'refusal',
    title: 'Opens with a refusal',
    kind: 'binary',
    extract: ({ text }) => Number(refusalPhrase(text) !== null),
  },
];

/** Traits of the question: they never drift by themselves, they tell that the mix of questions moved. */
export const inputFeatures: readonly TextFeature[] = [
  {
    name: 'input_characters',
    title: 'Length of the question',
    kind: 'numeric',
    extract: ({ characters }) => characters,
  },
  { name: 'input_list', title: 'Question has a list', kind: 'binary', extract: ({ format }) => Number(format.list) },
  {
    name: 'input_code_fence',
    title: 'Question has a code block',
    kind: 'binary',
    extract: ({ format }) => Number(format.codeFence),
  },
];
