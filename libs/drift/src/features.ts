import {
  deflateRatio,
  fleschReadingEase,
  formatTraits,
  lexicalVariety,
  refusalPhrase,
  sentences,
  words,
} from '@plimsoll/scoring/text';

/** A trait of a text that drift watches without being told. Binary traits answer 1 or 0, null: not defined here. */
export interface TextFeature {
  readonly name: string;
  readonly title: string;
  readonly kind: 'numeric' | 'binary';
  readonly extract: (text: string) => number | null;
}

const wordsPerSentence = (text: string): number | null => {
  const count = sentences(text).length;
  return count === 0 ? null : words(text).length / count;
};

/** Share of words that speak of the speaker, with English pronouns. */
function firstPerson(text: string): number | null {
  const all = words(text);
  return all.length === 0
    ? null
    : all.filter((word) => /^(?:i|i['’].+|me|my|mine|myself)$/iu.test(word)).length / all.length;
}

/** Style traits of an answer: what moved when real models were exchanged (README.md of this library has the figures). */
export const outputFeatures: readonly TextFeature[] = [
  { name: 'characters', title: 'Length in characters', kind: 'numeric', extract: (text) => Array.from(text).length },
  { name: 'words', title: 'Length in words', kind: 'numeric', extract: (text) => words(text).length },
  { name: 'words_per_sentence', title: 'Words per sentence', kind: 'numeric', extract: wordsPerSentence },
  { name: 'reading_ease', title: 'Flesch reading ease', kind: 'numeric', extract: fleschReadingEase },
  { name: 'deflate_ratio', title: 'Deflate ratio', kind: 'numeric', extract: deflateRatio },
  { name: 'lexical_variety', title: 'Distinct words per word', kind: 'numeric', extract: lexicalVariety },
  { name: 'first_person', title: 'Share of first-person words', kind: 'numeric', extract: firstPerson },
  {
    name: 'exclamation',
    title: 'Has an exclamation mark',
    kind: 'binary',
    extract: (text) => Number(/[!！]/u.test(text)),
  },
  {
    name: 'code_fence',
    title: 'Has a code block',
    kind: 'binary',
    extract: (text) => Number(formatTraits(text).codeFence),
  },
  { name: 'list', title: 'Has a list', kind: 'binary', extract: (text) => Number(formatTraits(text).list) },
  { name: 'heading', title: 'Has a heading', kind: 'binary', extract: (text) => Number(formatTraits(text).heading) },
  { name: 'bold', title: 'Has bold text', kind: 'binary', extract: (text) => Number(formatTraits(text).bold) },
  {
    name: 'closing_mark',
    title: 'Ends with a closing mark',
    kind: 'binary',
    extract: (text) => Number(formatTraits(text).closingMark),
  },
  {
    name: 'refusal',
    title: 'Opens with a refusal',
    kind: 'binary',
    extract: (text) => Number(refusalPhrase(text) !== null),
  },
];

/** Traits of the question: they never drift by themselves, they tell that the mix of questions moved. */
export const inputFeatures: readonly TextFeature[] = [
  {
    name: 'input_characters',
    title: 'Length of the question',
    kind: 'numeric',
    extract: (text) => Array.from(text).length,
  },
  {
    name: 'input_list',
    title: 'Question has a list',
    kind: 'binary',
    extract: (text) => Number(formatTraits(text).list),
  },
  {
    name: 'input_code_fence',
    title: 'Question has a code block',
    kind: 'binary',
    extract: (text) => Number(formatTraits(text).codeFence),
  },
];
