import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lnBetaBinomialBayesFactor, probabilityWorse, standardiseControl } from './evidence.js';
import { mantelHaenszelRiskDifference } from './mantel-haenszel.js';

/** Made with SciPy 1.17.1 (betaln, adaptive quadrature of beta densities) and exact fractions. */
interface Cases {
  evidence: {
    exposed: [number, number];
    control: [number, number];
    lnBayesFactor: number;
    probabilityWorse: number;
  }[];
  mantelHaenszel: { strata: [number, number, number, number][]; riskDifference: number }[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../../test/cases/incidents/evidence.json', import.meta.url), 'utf8'),
) as Cases;

describe('evidence against SciPy', () => {
  it.each(cases.evidence)('$exposed against $control', (row) => {
    const exposed = { n: row.exposed[0], bad: row.exposed[1] };
    const control = { n: row.control[0], bad: row.control[1] };
    expect(lnBetaBinomialBayesFactor(exposed, control)).toBeCloseTo(row.lnBayesFactor, 6);
    expect(probabilityWorse(exposed, control)).toBeCloseTo(row.probabilityWorse, 7);
  });
});

describe('Mantel-Haenszel risk difference against exact fractions', () => {
  it.each(cases.mantelHaenszel)('$strata', ({ strata, riskDifference }) => {
    const value = mantelHaenszelRiskDifference(
      strata.map(([n1, a, n0, c]) => ({ exposed: { n: n1, bad: a }, control: { n: n0, bad: c } })),
    );
    expect(value).toBeCloseTo(riskDifference, 12);
  });

  it('is null where no stratum holds both sides', () => {
    expect(mantelHaenszelRiskDifference([{ exposed: { n: 5, bad: 1 }, control: { n: 0, bad: 0 } }])).toBeNull();
  });
});

describe('standardised control', () => {
  it('has the rate of the control where the exposed are', () => {
    const control = standardiseControl([
      { exposed: { n: 300, bad: 12 }, control: { n: 800, bad: 32 } },
      { exposed: { n: 700, bad: 84 }, control: { n: 200, bad: 24 } },
    ]);
    expect(control.bad / control.n).toBeCloseTo(0.3 * 0.04 + 0.7 * 0.12, 3);
    expect(control.n).toBeLessThan(1000);
  });
});
