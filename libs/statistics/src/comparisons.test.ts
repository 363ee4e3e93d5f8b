import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  benjaminiHochberg,
  chiSquare,
  cliffsDelta,
  cohensKappa,
  fisherExact,
  jensenShannonDistance,
  kolmogorovSmirnov,
  mannWhitney,
  mcnemarExact,
  oneSampleKolmogorovSf,
  populationStabilityBias,
  populationStabilityIndex,
  wassersteinDistance,
  welch,
  wilcoxonSignedRank,
} from './index.js';

type Sample = number[];
type Tail = 'two-sided' | 'greater' | 'less';

// Made with SciPy 1.17.1; see test/cases/statistics.
interface Reference {
  numeric: {
    name: string;
    a: Sample;
    b: Sample;
    ksAsymptotic: { d: number; p: number };
    ksExact: { d: number; p: number } | null;
    mannWhitney: { u: number; p: number };
    cliffsDelta: number;
    wasserstein: number;
    welch: { t: number | null; p: number | null };
  }[];
  categorical: {
    table: [Sample, Sample];
    chi2?: number;
    df?: number;
    p?: number;
    minExpected?: number;
    cramersV?: number;
    cramersVBiasCorrected?: number | null;
    fisherTwoSided?: number;
    jensenShannonDistanceBase2: number;
  }[];
  benjaminiHochberg: { p: Sample; q: Sample }[];
  mcnemarExact: { b: number; c: number; p: number }[];
  cohensKappa: { table: Sample[]; kappa: number; linearWeightedKappa: number }[];
  oneSampleKolmogorov: { n: number; x: number; sf: number }[];
  fisher: ({ table: [[number, number], [number, number]] } & Record<Tail, number>)[];
  wilcoxon: { differences: Sample; w: number; p: number }[];
  kolmogorovSmirnovExact: { a: Sample; b: Sample; d: number; p: number }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../test/cases/statistics/comparisons.json', import.meta.url), 'utf8'),
) as Reference;

function expectClose(actual: number | null, expected: number | null, relative = 1e-6): void {
  if (expected === null || actual === null) {
    expect(actual).toBe(expected);
    return;
  }
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + 1e-12,
  );
}

describe('numeric samples', () => {
  test.each(reference.numeric)('$name', (row) => {
    const asymptotic = kolmogorovSmirnov(row.a, row.b, 'asymptotic');
    expectClose(asymptotic.statistic, row.ksAsymptotic.d);
    expectClose(asymptotic.p, row.ksAsymptotic.p);
    if (row.ksExact) expectClose(kolmogorovSmirnov(row.a, row.b, 'exact').p, row.ksExact.p);
    const ranks = mannWhitney(row.a, row.b);
    expectClose(ranks.statistic, row.mannWhitney.u);
    expectClose(ranks.p, row.mannWhitney.p);
    expectClose(cliffsDelta(row.a, row.b), row.cliffsDelta);
    expectClose(wassersteinDistance(row.a, row.b), row.wasserstein);
    const means = welch(row.a, row.b);
    expectClose(means.statistic, row.welch.t);
    expectClose(means.p, row.welch.p);
  });

  test.each(reference.kolmogorovSmirnovExact)('exact Kolmogorov-Smirnov, D $d', ({ a, b, d, p }) => {
    const result = kolmogorovSmirnov(a, b);
    expect(result.method).toBe('exact');
    expectClose(result.statistic, d);
    expectClose(result.p, p);
  });

  test.each(reference.oneSampleKolmogorov)('one-sample Kolmogorov n $n x $x', ({ n, x, sf }) => {
    expectClose(oneSampleKolmogorovSf(n, x), sf);
  });
});

test.each(reference.wilcoxon)('Wilcoxon W $w', ({ differences, w, p }) => {
  expectClose(wilcoxonSignedRank(differences)?.statistic ?? null, w);
  expectClose(wilcoxonSignedRank(differences)?.p ?? null, p);
  expect(wilcoxonSignedRank([0, 0])).toBeUndefined();
});

describe('tables', () => {
  test.each(reference.categorical)('$table', (row) => {
    const [[a = 0, b = 0], [c = 0, d = 0]] = row.table;
    if (row.fisherTwoSided !== undefined) expectClose(fisherExact(a, b, c, d), row.fisherTwoSided);
    expectClose(jensenShannonDistance(row.table), row.jensenShannonDistanceBase2);
    const result = chiSquare(row.table);
    if (row.chi2 === undefined) {
      expect(result).toBeUndefined();
      return;
    }
    expectClose(result?.statistic ?? null, row.chi2);
    expect(result?.degreesOfFreedom).toBe(row.df);
    expectClose(result?.p ?? null, row.p ?? null);
    expectClose(result?.minExpected ?? null, row.minExpected ?? null);
    expectClose(result?.cramersV ?? null, row.cramersV ?? null);
    expectClose(result?.cramersVBiasCorrected ?? null, row.cramersVBiasCorrected ?? null);
  });

  test.each(reference.fisher)('Fisher $table', (row) => {
    const [[a, b], [c, d]] = row.table;
    for (const tail of ['two-sided', 'greater', 'less'] as const) expectClose(fisherExact(a, b, c, d, tail), row[tail]);
  });

  test.each(reference.mcnemarExact)('McNemar $b $c', ({ b, c, p }) => expectClose(mcnemarExact(b, c), p));

  test.each(reference.cohensKappa)('kappa $kappa', ({ table, kappa, linearWeightedKappa }) => {
    expectClose(cohensKappa(table), kappa);
    expectClose(cohensKappa(table, 'linear'), linearWeightedKappa);
  });
});

test.each(reference.benjaminiHochberg)('Benjamini-Hochberg', ({ p, q }) => {
  benjaminiHochberg(p).forEach((value, index) => expectClose(value, q[index] ?? null));
  expect(benjaminiHochberg([])).toEqual([]);
  expect(benjaminiHochberg([0.04, 0.001])).toEqual([0.04, 0.002]);
});

test('the stability index of equal shares is 0 and its bias is (levels - 1)(1/n + 1/m)', () => {
  expectClose(
    populationStabilityIndex([
      [10, 20, 30],
      [10, 20, 30],
    ]),
    0,
  );
  // LLMDrift, code fences of 50 answers: 0 of 50 before, 44 of 50 after.
  expect(
    populationStabilityIndex([
      [0, 50],
      [44, 6],
    ]),
  ).toBeCloseTo(9.86, 2);
  expectClose(populationStabilityBias(10, 100, 100), 0.18);
  expectClose(populationStabilityBias(10, 50, 50), 0.36);
});
