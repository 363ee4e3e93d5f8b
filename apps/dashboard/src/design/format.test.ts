import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatDuration,
  formatLatency,
  formatMoney,
  formatMoneyShort,
  formatPercent,
  formatPoints,
  formatSignificant,
  shortId,
} from './format.js';

describe('formatters', () => {
  test.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [1.2345, '1.23'],
    [61.44, '61.4'],
    [912.3, '912'],
    [12_345, '12,345'],
    [-3.14159, '-3.14'],
    [null, '-'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('three significant digits of %s are %s', (value, text) => expect(formatSignificant(value)).toBe(text));

  test.each([
    [340.4, '340 ms'],
    [0.5, '0.500 ms'],
    [1243, '1.24 s'],
    [6100, '6.10 s'],
    [125_000, '2 min 5 s'],
    [null, '-'],
  ])('a latency of %s ms is %s', (value, text) => expect(formatLatency(value)).toBe(text));

  test.each([
    [0, '0 s'],
    [5_040_000, '1 h 24 min'],
    [86_400_000 * 3 + 3_600_000 * 4, '3 d 4 h'],
    [3_600_000, '1 h'],
    [-60_000, '-1 min'],
  ])('a duration of %s ms is %s', (value, text) => expect(formatDuration(value)).toBe(text));

  test.each([
    [0.9, '90 %'],
    [0.917, '91.7 %'],
    [0.999, '99.9 %'],
    [0.99942, '99.94 %'],
    [1, '100 %'],
    [-0.12, '-12 %'],
    [0, '0 %'],
  ])('a share of %s is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  test.each([
    ['9120', 'USD', '$9,120.00'],
    ['0.014', 'USD', '$0.0140'],
    ['0.00182', 'USD', '$0.0018'],
    ['0.0000123', 'USD', '$0.000012'],
    ['0.00000004', 'USD', '<$0.000001'],
    ['12.5', 'EUR', '€12.50'],
    ['0', 'USD', '$0.00'],
    [null, 'USD', '-'],
    ['not money', 'USD', '-'],
  ])('%s %s reads %s', (amount, currency, text) => expect(formatMoney(amount, currency)).toBe(text));

  test('tiles drop cents from a thousand up', () => {
    expect(formatMoneyShort('18204.49', 'USD')).toBe('$18,204');
    expect(formatMoneyShort('999.5', 'USD')).toBe('$999.50');
  });

  test('counts, points, bytes and ids', () => {
    expect([formatCompact(2_100_000), formatCompact(9999), formatCompact(12.5)]).toEqual(['2.1M', '9,999', '12.5']);
    expect([formatPoints(0.31), formatPoints(-0.02)]).toEqual(['+31 pt', '-2.0 pt']);
    expect([formatBytes(1536), formatBytes(null)]).toEqual(['1.50 KiB', '-']);
    expect([shortId('0123456789abcdef'), shortId('012345678')]).toEqual(['01234567…', '012345678']);
  });
});
