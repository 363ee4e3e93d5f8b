import { expect, test } from 'vitest';
import { intervalOfPrecision, precisionSentence, shareOfPrecision } from './precision-words.js';

const enough = { of: 9, judged: 8, real: 6, share: 0.75, interval: { low: 0.409, high: 0.929, level: 0.95 } };
const few = { of: 3, judged: 2, real: 1, share: null, interval: null };
const none = { of: 3, judged: 0, real: 0, share: null, interval: null };

test('a share with its interval, and no share of too few', () => {
  expect([enough, few, none].map(shareOfPrecision)).toEqual(['75 %', 'too few', '-']);
  expect([enough, few].map(intervalOfPrecision)).toEqual(['40.9 % to 92.9 %', '-']);
});

test('a sentence of what a definition would have sent', () => {
  expect(precisionSentence('pages', enough)).toBe('6 of 8 judged pages real (75 %, 40.9 % to 92.9 %)');
  expect(precisionSentence('pages', few)).toBe('1 of 2 judged pages real, too few for a share');
  expect(precisionSentence('tickets', none)).toBe('none of its tickets overlaps an incident that somebody judged');
  expect(precisionSentence('pages', { ...none, of: 0 })).toBe('');
});
