import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  betaCdf,
  betaInv,
  betaSf,
  chiSquareSf,
  clopperPearsonInterval,
  jeffreysProbabilityAbove,
  kishEffectiveN,
  normalInv,
  normalSf,
  studentInv,
  studentSf,
  wilsonInterval,
} from './index.js';

// Made with SciPy; see test/cases/statistics.
interface Reference {
  binomialIntervals: {
    n: number;
    k: number;
    level: number;
    wilson: [number, number];
    clopperPearson: [number, number];
  }[];
  betaCdf: { x: number; a: number; b: number; cdf: number }[];
  largeBeta: { x: number; a: number; b: number; cdf: number; sf: number }[];
  betaInv: { p: number; a: number; b: number; x: number }[];
  normalInv: { p: number; z: number }[];
  normalSf: { z: number; p: number }[];
  studentInv: { p: number; df: number; t: number }[];
  studentSf: { t: number; df: number; p: number }[];
  chiSquareSf: { x: number; df: number; p: number }[];
}
const reference = JSON.parse(
  readFileSync(new URL('../../../test/cases/statistics/distributions.json', import.meta.url), 'utf8'),
) as Reference;

function expectClose(actual: number, wanted: number, tolerance = 1e-9): void {
  if (wanted === 0) expect(Math.abs(actual)).toBeLessThan(1e-15);
  else expect(Math.abs(actual - wanted) / Math.abs(wanted)).toBeLessThan(tolerance);
}

describe('distributions against SciPy', () => {
  test.each(reference.binomialIntervals)('intervals of $k of $n at $level', (row) => {
    const wilson = wilsonInterval(row.k, row.n, row.level);
    expectClose(wilson.low, row.wilson[0]);
    expectClose(wilson.high, row.wilson[1]);
    const exact = clopperPearsonInterval(row.k, row.n, row.level);
    expectClose(exact.low, row.clopperPearson[0]);
    expectClose(exact.high, row.clopperPearson[1]);
  });
  test.each(reference.betaCdf)('beta cdf at $x ($a, $b)', (row) => expectClose(betaCdf(row.x, row.a, row.b), row.cdf));
  test.each(reference.largeBeta)('beta tails at $x ($a, $b)', (row) => {
    expectClose(betaCdf(row.x, row.a, row.b), row.cdf);
    expectClose(betaSf(row.x, row.a, row.b), row.sf);
  });
  test.each(reference.betaInv)('beta quantile $p ($a, $b)', (row) => expectClose(betaInv(row.p, row.a, row.b), row.x));
  test.each(reference.normalInv)('normal quantile $p', (row) => expectClose(normalInv(row.p), row.z));
  test.each(reference.normalSf)('normal tail $z', (row) => expectClose(normalSf(row.z), row.p));
  test.each(reference.studentInv)('student quantile $p ($df)', (row) =>
    expectClose(studentInv(row.p, row.df), row.t, 1e-8),
  );
  test.each(reference.studentSf)('student tail $t ($df)', (row) => expectClose(studentSf(row.t, row.df), row.p));
  test.each(reference.chiSquareSf)('chi-square tail $x ($df)', (row) => expectClose(chiSquareSf(row.x, row.df), row.p));
});

describe('intervals', () => {
  test('nothing observed says nothing', () => {
    expect(wilsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 });
    expect(clopperPearsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 });
  });
  test('Jeffreys posterior of 30 of 400 above 5 %', () =>
    expectClose(jeffreysProbabilityAbove(0.05, 30, 400), 0.985189, 1e-6));
  test('equal weights have their full size', () => expect(kishEffectiveN(40, 160)).toBe(10));
});
