import { createHash } from 'node:crypto';
import { contentWords } from '@plimsoll/scoring/text';
import { cliffsDelta } from '@plimsoll/statistics';

const FOLDS = 5;
/** With fewer questions a side a few chance words make a topic: at 50 a side 2 % of equal samples alarmed. */
const MIN_QUESTIONS = 100;
/** Words of a question that are looked at; long documents say what they are about early. */
const MAX_WORDS = 200;

interface Question {
  readonly words: readonly string[];
  readonly fold: number;
  readonly current: boolean;
}

/** Equal texts fall into one fold: a question asked on both sides must not train against its own twin. */
const foldOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) % FOLDS;

const wordsOf = (text: string): string[] => [...new Set(contentWords(text.slice(0, 4_000)))].slice(0, MAX_WORDS);

/** A score that tells nothing apart: neither side is tested by it. */
const flat = (question: Question | null): number | null => (question === null ? null : 0);

/**
 * Whether the current questions score higher, as they must after a change of topic. Without one the held-out fold tends
 * to score the other way round (words that one fold has, the others lack), which says nothing about topics.
 */
function soundsLikeItself(scores: {
  readonly reference: (number | null)[];
  readonly current: (number | null)[];
}): boolean {
  const defined = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
  const reference = defined(scores.reference);
  const current = defined(scores.current);
  return Math.min(reference.length, current.length) >= MIN_QUESTIONS && cliffsDelta(current, reference) > 0;
}

interface Counts {
  total: number;
  readonly byWord: Map<string, number>;
}

const noCounts = (): Counts => ({ total: 0, byWord: new Map() });

function count(into: Counts, words: readonly string[]): void {
  into.total += 1;
  for (const word of words) into.byWord.set(word, (into.byWord.get(word) ?? 0) + 1);
}

/**
 * How much each question's words sound like the current window rather than the reference: naive Bayes log odds of word
 * presence (a half added to every count), learned from the other folds only, so that without a change of topic both
 * sides' scores have the same distribution. Null for questions that are absent.
 */
export function topicScores(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): { readonly reference: (number | null)[]; readonly current: (number | null)[] } {
  const questionOf = (text: string | null, isCurrent: boolean): Question | null =>
    text === null ? null : { words: wordsOf(text), fold: foldOf(text), current: isCurrent };
  const before = reference.map((text) => questionOf(text, false));
  const after = current.map((text) => questionOf(text, true));
  const all = { before: noCounts(), after: noCounts() };
  const folds = Array.from({ length: FOLDS }, () => ({ before: noCounts(), after: noCounts() }));
  for (const question of [...before, ...after]) {
    if (question === null) continue;
    const side = question.current ? 'after' : 'before';
    count(all[side], question.words);
    const own = folds[question.fold];
    if (own) count(own[side], question.words);
  }
  const logOdds = (question: Question | null): number | null => {
    if (question === null) return null;
    const held = folds[question.fold];
    const shareOf = (side: 'before' | 'after', word: string): number => {
      const seen = (all[side].byWord.get(word) ?? 0) - (held?.[side].byWord.get(word) ?? 0);
      return (seen + 0.5) / (all[side].total - (held?.[side].total ?? 0) + 1);
    };
    return question.words.reduce((sum, word) => sum + Math.log(shareOf('after', word) / shareOf('before', word)), 0);
  };
  const scores = { reference: before.map(logOdds), current: after.map(logOdds) };
  return soundsLikeItself(scores) ? scores : { reference: before.map(flat), current: after.map(flat) };
}
