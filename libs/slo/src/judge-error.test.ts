import { generator } from '@plimsoll/statistics';
import { expect, test } from 'vitest';
import {
  correctedInterval,
  correctedRatio,
  judgeErrorOf,
  type JudgeLabel,
  observedAtMost,
  uncorrectedBecause,
} from './judge-error.js';
import { correctedEstimate, estimateInterval, sampledStatus, simpleEstimate } from './sampled.js';

type Counts = readonly [bad: number, badFound: number, good: number, goodFound: number];

function labels([bad, badFound, good, goodFound]: Counts): JudgeLabel[] {
  const some = (count: number, judge: number, human: number): JudgeLabel[] =>
    Array.from({ length: count }, () => ({ judge, human }));
  return [
    ...some(badFound, 1, 1),
    ...some(bad - badFound, 0, 1),
    ...some(goodFound, 0, 0),
    ...some(good - goodFound, 1, 0),
  ];
}

const ofShare = (...counts: Counts) => judgeErrorOf({ measure: 'ratio' }, labels(counts));

// Worked apart from this code by the formula of Lang and Reiczigel with Python's statistics.NormalDist.
test.each<[number, number, Counts, number, number]>([
  [0.12, 400, [40, 34, 160, 152], 0.02765077806883217, 0.14726348993484478],
  [0.05, 1000, [60, 54, 140, 133], 0, 0.04026082352227461],
])('%d observed of %d is between', (observed, n, counts, low, high) => {
  const interval = correctedInterval({ observed, n, standardError: 0 }, ofShare(...counts), 0.95);
  expect(interval.low).toBeCloseTo(low, 12);
  expect(interval.high).toBeCloseTo(high, 12);
});

test('a judge that is never wrong changes nothing, and one that errs is taken out exactly', () => {
  expect(correctedRatio(0.07, ofShare(50, 50, 150, 150))).toBeCloseTo(0.07, 12);
  // 0.8 x 0.1 + 0.05 x 0.9 = 0.125 is seen where a tenth is bad.
  expect(correctedRatio(0.125, ofShare(50, 40, 160, 152))).toBeCloseTo(0.1, 12);
  expect(correctedRatio(0.01, ofShare(50, 40, 160, 152))).toBe(0);
  const mean = judgeErrorOf({ measure: 'mean' }, [
    { judge: 0.2, human: 0.3 },
    { judge: 0.4, human: 0.4 },
  ]);
  expect(mean).toMatchObject({ gap: expect.closeTo(0.05, 12), gapVariance: expect.closeTo(0.0025, 12) });
  expect(correctedRatio(0.3, mean)).toBeCloseTo(0.35, 12);
});

test('too few labels, too few of one truth, or a judge that guesses, are no correction', () => {
  expect(uncorrectedBecause(ofShare(40, 36, 59, 55))).toBe('99 of 100 labels');
  expect(uncorrectedBecause(ofShare(9, 9, 191, 180))).toBe('9 of 10 labels that say bad');
  expect(uncorrectedBecause(ofShare(50, 25, 150, 90))).toMatch(/finds 0.1 more/);
  expect(uncorrectedBecause(ofShare(50, 45, 150, 144))).toBeNull();
});

test('the interval holds the truth as often as it says, the labels drawn anew each time', () => {
  const random = generator(20_261_122);
  const draw = (n: number, p: number): number => {
    let hits = 0;
    for (let index = 0; index < n; index++) hits += random() < p ? 1 : 0;
    return hits;
  };
  const runs = 1500;
  for (const [truth, sensitivity, specificity, n, bad, good] of [
    [0.08, 0.85, 0.95, 400, 40, 160],
    [0.2, 0.75, 0.9, 500, 50, 100],
  ] as const) {
    let held = 0;
    let naive = 0;
    for (let run = 0; run < runs; run++) {
      const seen = draw(n, truth * sensitivity + (1 - truth) * (1 - specificity));
      const error = ofShare(bad, draw(bad, sensitivity), good, draw(good, specificity));
      const raw = simpleEstimate(n, seen);
      const { low, high } = estimateInterval(correctedEstimate(raw, error), 0.95);
      held += low <= truth && truth <= high ? 1 : 0;
      const uncorrected = estimateInterval(raw, 0.95);
      naive += uncorrected.low <= truth && truth <= uncorrected.high ? 1 : 0;
    }
    expect(held / runs).toBeGreaterThan(0.935);
    expect(naive / runs).toBeLessThan(0.85);
  }
});

test('a status rests on what is corrected: a harsh judge breaches nothing, a blind one hides nothing', () => {
  const harsh = ofShare(200, 190, 800, 736);
  const seen = simpleEstimate(2000, 200);
  expect(sampledStatus(seen, 0.05)).toBe('breached');
  expect(sampledStatus(correctedEstimate(seen, harsh), 0.05)).not.toBe('breached');
  const blind = ofShare(200, 90, 800, 796);
  const quiet = simpleEstimate(2000, 74);
  expect(sampledStatus(quiet, 0.05)).toBe('met');
  expect(sampledStatus(correctedEstimate(quiet, blind), 0.05)).not.toBe('met');
});

test('detectors expect what such a judge may call bad while the promise is kept', () => {
  const error = ofShare(50, 40, 160, 152);
  expect(observedAtMost(0.1, error)).toBeGreaterThan(0.125);
  expect(observedAtMost(0.1, ofShare(5000, 4000, 16_000, 15_200))).toBeCloseTo(0.125, 2);
});
