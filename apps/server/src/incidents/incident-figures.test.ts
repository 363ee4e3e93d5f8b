import { expect, test } from 'vitest';
import { figuresOf } from './incident-figures.js';

const range = { from: new Date('2026-11-01T12:00:00Z'), to: new Date('2026-11-01T13:00:00Z') };
const shown = { ...range, incident: range, step: 60 };
const evidence = {
  longSeconds: 3600,
  shortSeconds: 300,
  eligibleLong: 40,
  badLong: 7.25,
  eligibleShort: 4,
  badShort: 2,
};
const nothing = { impact: null, affected: [], series: [] };

test('counts of a cost per outcome open the outcomes of the same windows, all others calls', () => {
  const minute = new Date('2026-11-01T12:59:00Z');
  const [long, short, ...more] = figuresOf('i', nothing, shown, { minute, outcomesOf: 'cost per ticket', evidence });
  expect(long).toEqual({
    figure: 'alert.eligibleLong',
    value: 40,
    field: 'outcomes',
    query:
      '/api/v1/objectives/cost%20per%20ticket/outcomes?from=2026-11-01T12%3A00%3A00.000Z&to=2026-11-01T13%3A00%3A00.000Z&incident=i',
  });
  expect(short?.query).toContain('from=2026-11-01T12%3A55%3A00.000Z');
  expect(more).toEqual([]);
  const plain = figuresOf('i', nothing, shown, { minute, outcomesOf: null, evidence });
  expect(plain.map(({ field }) => field)).toEqual(['total', 'bad', 'total', 'bad']);
});
