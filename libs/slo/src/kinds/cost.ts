import { priceCurrency } from '@plimsoll/contract';
import { type Rational, decimal, divide, fraction, fromNumber, multiply, one, subtract } from '../rational.js';
import type { SliKind } from './sli-kind.js';

const PICO = 10n ** 12n;

/**
 * Excess over the expected cost, in units of (ceiling - expected): bad = (cost - c0 o) / (c* - c0), eligible = o, so
 * that burn = (R - c0) / (c* - c0) with a budget share of 1. Exact, since money is behind it.
 */
export const cost: SliKind<'cost'> = {
  id: 'cost',
  title: 'Cost',
  sampled: false,
  bounded: false,
  reads: ['cost', 'outcomes'],
  budgetShare: () => one,
  eventSums: (totals, indicator) => ({
    eligible: totals.outcomes,
    bad: excess(totals.cost, totals.outcomes, indicator),
  }),
  roundedSums: ({ cost: spend, outcomes }, { expected, ceiling }) => {
    const money = Number(spend) / 1e12;
    const usual = Number(expected) * outcomes;
    const room = Number(ceiling) - Number(expected);
    return { eligible: outcomes, bad: (money - usual) / room, noise: (1e-9 * (Math.abs(money) + usual)) / room };
  },
  targetText: (_, { per, outcome, expected, ceiling }) =>
    `at most ${ceiling} ${priceCurrency} per ${per === 'outcome' ? (outcome ?? 'outcome') : 'request'} (${expected} expected)`,
};

function excess(
  spend: bigint,
  outcomes: number,
  money: { readonly expected: string; readonly ceiling: string },
): Rational {
  const expected = decimal(money.expected, 'indicator.expected');
  const room = subtract(decimal(money.ceiling, 'indicator.ceiling'), expected);
  return divide(subtract(fraction(spend, PICO), multiply(expected, fromNumber(outcomes))), room);
}
