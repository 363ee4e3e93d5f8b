import { describe, expect, it } from 'vitest';
import { budgetDay, budgetPace, budgetPeriodName, type BudgetSpending, budgetWords, passedMarks } from './budget.js';
import { parseMoney } from './money.js';

const november = { from: Date.parse('2026-11-01T00:00:00Z'), to: Date.parse('2026-12-01T00:00:00Z') };
/** The clocks go back on the 25th: 31 days and an hour. */
const octoberInBerlin = { from: Date.parse('2026-09-30T22:00:00Z'), to: Date.parse('2026-10-31T23:00:00Z') };

const budget = (amount: string, spent: string, period: Pick<BudgetSpending, 'from' | 'to'> = november) => ({
  ...period,
  amount: parseMoney(amount),
  spent: parseMoney(spent),
  forecast: null,
});
const forecast = (amount: string, low: string, high: string) => ({
  amount: parseMoney(amount),
  low: parseMoney(low),
  high: parseMoney(high),
});

describe('budgetPace', () => {
  it.each([
    // 12 of 30 days: 400 / (500 x 0.4).
    ['500', '400', november, '2026-11-13T00:00:00Z', 2],
    // 11.5 of 30 days: 460 / (600 x 11.5 / 30).
    ['600', '460', november, '2026-11-12T12:00:00Z', 2],
    // 9 of 30 days: 1 / (1 x 0.3).
    ['1', '1', november, '2026-11-10T00:00:00Z', 3.333333],
    // 15 days, 360 of 745 hours: 180 / (745 x 360 / 745).
    ['745', '180', octoberInBerlin, '2026-10-15T22:00:00Z', 0.5],
    ['500', '0', november, '2026-11-13T00:00:00Z', 0],
    // Over: 120 / 100.
    ['100', '120', november, '2027-02-01T00:00:00Z', 1.2],
    // More than a number counts exactly: 12 of 30 days again.
    ['90000000000000000000', '72000000000000000000', november, '2026-11-13T00:00:00Z', 2],
  ])('%s, of which %s are spent', (amount, spent, period, now, expected) => {
    expect(budgetPace(budget(amount, spent, period), Date.parse(now))).toBe(expected);
  });

  it('says nothing before anything has elapsed, nor of a budget of nothing', () => {
    expect(budgetPace(budget('500', '1'), november.from)).toBeNull();
    expect(budgetPace(budget('500', '1'), november.from - 1)).toBeNull();
    expect(budgetPace(budget('0', '1'), november.to)).toBeNull();
  });
});

describe('passedMarks', () => {
  it.each<[string, string | null, string[]]>([
    ['49.999999999999', null, []],
    ['49', '99.999999999999', []],
    ['20', '100', ['forecast 100 %']],
    ['50', '99', ['50 %']],
    ['50', '100', ['50 %', 'forecast 100 %']],
    ['80', '120', ['50 %', '80 %', 'forecast 100 %']],
    ['99.999999999999', null, ['50 %', '80 %']],
    ['100', '120', ['50 %', '80 %', '100 %']],
    ['130', null, ['50 %', '80 %', '100 %']],
  ])('%s spent of 100, forecast %s', (spent, expected, marks) => {
    const likely = expected === null ? null : forecast(expected, expected, expected);
    expect(passedMarks({ ...budget('100', spent), forecast: likely })).toEqual(marks);
  });

  it('has nothing to say of a budget of nothing', () => {
    expect(passedMarks(budget('0', '1'))).toEqual([]);
  });
});

describe('the period', () => {
  it.each([
    [november, 'UTC', '2026-11-01T00:00:00Z', { day: 1, days: 30 }],
    [november, 'UTC', '2026-11-12T23:59:59Z', { day: 12, days: 30 }],
    // Midnight in Berlin, an hour before the clocks would say so in winter.
    [octoberInBerlin, 'Europe/Berlin', '2026-10-15T22:00:00Z', { day: 16, days: 31 }],
    [octoberInBerlin, 'Europe/Berlin', '2026-10-31T22:59:59Z', { day: 31, days: 31 }],
    [november, 'UTC', '2026-12-24T00:00:00Z', { day: 30, days: 30 }],
  ])('%# counts its days', (period, zone, at, expected) => {
    expect(budgetDay(period, zone, Date.parse(at))).toEqual(expected);
  });

  it('has one name, wherever it begins', () => {
    expect(budgetPeriodName('month', 'Europe/Berlin', octoberInBerlin.from)).toBe('2026-10');
    expect(budgetPeriodName('quarter', 'Europe/Berlin', octoberInBerlin.from)).toBe('2026-Q4');
    expect(budgetPeriodName('quarter', 'UTC', Date.parse('2026-07-01T00:00:00Z'))).toBe('2026-Q3');
    expect(budgetPeriodName('year', 'Asia/Tokyo', Date.parse('2026-12-31T15:00:00Z'))).toBe('2027');
  });
});

describe('budgetWords', () => {
  const named = { name: 'team-a', period: 'month', timeZone: 'UTC' } as const;
  const noon = Date.parse('2026-11-12T12:00:00Z');
  const likely = forecast('1240', '1100.4', '1380');

  it('says how much, when, how fast and where it leads', () => {
    // 400 / (500 x 11.5 / 30) = 2.09
    expect(budgetWords({ ...named, ...budget('500', '400'), forecast: likely }, ['50 %', '80 %'], noon)).toBe(
      'Budget team-a: 80 % of $500 spent ($400) on day 12 of 30; pace 2.1; forecast $1,240 ($1,100 to $1,380)',
    );
  });

  it('says what a forecast means, and no forecast where there is none', () => {
    expect(budgetWords({ ...named, ...budget('1000', '12.345'), forecast: likely }, ['forecast 100 %'], noon)).toBe(
      'Budget team-a: $12.34 of $1,000 spent on day 12 of 30; pace 0.03; forecast $1,240 ($1,100 to $1,380): the budget will not last',
    );
    expect(budgetWords({ ...named, ...budget('0.5', '0.25') }, ['50 %'], november.to)).toBe(
      'Budget team-a: 50 % of $0.5000 spent ($0.2500) by the end of 2026-11; pace 0.50',
    );
  });
});
