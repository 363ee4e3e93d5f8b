export { formatTraits, hasClosingMark, type FormatTraits } from './format.js';
export { refusalPhrase } from './refusal.js';
export { deflateRatio, fleschReadingEase, lexicalVariety, repeatedFourGrams } from './style.js';
export { contentWords, normalisedWords, sentences, words } from './tokens.js';
