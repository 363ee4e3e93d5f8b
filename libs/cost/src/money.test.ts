import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayMoney, divideHalfEven, parseDecimal, parseMoney, printMoney } from './money.js';
import { quoteNumbers } from './price-book/lexeme.js';
import { splitAmount } from './split.js';

describe('money', () => {
  test.each([
    ['0.02748625', 27486250000n],
    ['-1', -1_000_000_000_000n],
    ['7.5e-8', 75000n],
    ['1E3', 1_000_000_000_000_000n],
    ['.5', 500_000_000_000n],
    ['0.0000000000005', 0n],
    ['0.0000000000015', 2n],
    ['0.0000000000025', 2n],
    ['0.00000000000250000001', 3n],
  ])('%s is %d pico units, half to even', (text, pico) => {
    expect(parseMoney(text)).toBe(pico);
  });

  test.each(['', '.', 'abc', '1.2.3', 'NaN', 'Infinity', '0x10', '1e9999', '--1'])('refuses %j', (text) => {
    expect(() => parseMoney(text, 'price')).toThrow(/price/);
  });

  test('prints what it parsed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (pico) => parseMoney(printMoney(pico)) === pico),
    );
  });

  test('a catalogue price with float noise keeps its decimals to 18 places', () => {
    expect(parseDecimal('0.0000029999900000000002', 18)).toBe(2_999_990_000_000n);
    expect(JSON.parse(quoteNumbers('{"a\\"1":2.9999900000000002e-06,"b":["x, 1",-3]}'))).toEqual({
      'a"1': '2.9999900000000002e-06',
      b: ['x, 1', '-3'],
    });
  });

  test.each([
    ['0.125', 2, '0.12'],
    ['0.135', 2, '0.14'],
    ['-0.135', 2, '-0.14'],
    ['1234.5', 0, '1234'],
    ['1235.5', 0, '1236'],
  ])('%s shown with %i places is %s', (text, places, shown) => {
    expect(displayMoney(parseMoney(text), places)).toBe(shown);
  });

  test('division rounds half to even on both sides of zero', () => {
    expect([5n, 7n, -5n, -7n, 1n].map((n) => divideHalfEven(n, 2n))).toEqual([2n, 4n, -2n, -4n, 0n]);
  });
});

describe('split', () => {
  test('parts sum to the whole and differ from their exact share by less than one unit', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), weights, (amount, given) => {
        const total = given.reduce((sum, weight) => sum + weight, 0n);
        fc.pre(total > 0n);
        const parts = splitAmount(amount, given);
        const sum = parts.reduce((left, part) => left + part, 0n);
        const near = parts.every((part, index) => {
          const distance = part * total - amount * (given[index] ?? 0n);
          return distance < total && distance > -total;
        });
        return sum === amount && near;
      }),
    );
  });
});
