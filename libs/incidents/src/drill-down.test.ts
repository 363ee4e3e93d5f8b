import { describe, expect, it } from 'vitest';
import type { Cell } from './cells.js';
import { explainByAttribute, findConjunctions } from './drill-down.js';

/** All combinations of three attributes; `rate` decides how bad each is. */
function lattice(period: Cell['period'], rate: (attributes: Record<string, string>) => number): Cell[] {
  const cells: Cell[] = [];
  for (const customer of ['a', 'b', 'c', 'd', 'e'])
    for (const model of ['m', 'mini', 'max'])
      for (const region of ['eu', 'us']) {
        const attributes = { customer, model, region };
        cells.push({ period, attributes, n: 200, bad: 200 * rate(attributes) });
      }
  return cells;
}

describe('explainByAttribute', () => {
  it('names the attribute and value that the excess sits in', () => {
    const cells = [
      ...lattice('baseline', () => 0.04),
      ...lattice('incident', ({ customer }) => (customer === 'c' ? 0.4 : 0.04)),
    ];
    const [first] = explainByAttribute(cells);
    expect(first?.attribute).toBe('customer');
    expect(first?.values.map(({ value }) => value)).toEqual(['c']);
    expect(first?.explanatoryPower).toBeCloseTo(1, 12);
    // p = 0.2 of the forecast, q = 480 / 672 of the actual badness; 0.5 (p ln(2p/(p+q)) + q ln(2q/(p+q))).
    const [p, q] = [0.2, 480 / 672];
    expect(first?.surprise).toBeCloseTo((p * Math.log((2 * p) / (p + q)) + q * Math.log((2 * q) / (p + q))) / 2, 12);
  });

  it('says nothing without an excess', () => {
    expect(explainByAttribute([...lattice('baseline', () => 0.1), ...lattice('incident', () => 0.05)])).toEqual([]);
  });
});

describe('findConjunctions', () => {
  it('finds a pair that neither attribute shows alone', () => {
    const cells = lattice('incident', ({ customer, model }) => (customer === 'b' && model === 'mini' ? 0.8 : 0.02));
    const [first] = findConjunctions(cells);
    expect(first?.where).toEqual({ customer: 'b', model: 'mini' });
    expect(first?.support).toBeCloseTo(320 / 432, 9);
    expect(first?.q).toBeLessThan(1e-6);
  });

  it('finds a triple and leaves its parts behind it', () => {
    const cells = lattice('incident', (at) =>
      at['customer'] === 'b' && at['model'] === 'mini' && at['region'] === 'eu' ? 0.9 : 0.01,
    );
    expect(findConjunctions(cells)[0]?.where).toEqual({ customer: 'b', model: 'mini', region: 'eu' });
  });

  it('does not go fishing: an even spread gives nothing', () => {
    expect(findConjunctions(lattice('incident', () => 0.05))).toEqual([]);
    expect(findConjunctions([])).toEqual([]);
  });
});
