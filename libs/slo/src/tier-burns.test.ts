import { objectiveWrite } from '@plimsoll/contract';
import { expect, it } from 'vitest';
import { burnGrain, emptyTotals, judgedObjective, PointSeries, tierBurns, type SliPoint } from './index.js';

const judged = (parts: object, days = 28) =>
  judgedObjective(
    objectiveWrite.parse({
      slug: 'o',
      name: 'O',
      indicator: { kind: 'error' },
      target: '0.99',
      window: '28d',
      ...parts,
    }),
    days * 86_400,
  );

const minutes = (from: number, to: number, eligible: number, bad: number): SliPoint[] =>
  Array.from({ length: to - from }, (_, index) => ({
    ...emptyTotals,
    minute: from + index,
    stratum: '',
    population: eligible,
    eligible,
    bad,
  }));

it('keeps a breach of ten minutes that lies within one point of an hour', () => {
  const objective = judged({});
  // 10 of 10 fail from minute 1003 to 1013; one hour has 600 events.
  const series = new PointSeries([
    ...minutes(0, 1003, 10, 0),
    ...minutes(1003, 1013, 10, 10),
    ...minutes(1013, 1440, 10, 0),
  ]);
  const range = { from: 0, to: 1440, bucket: 60 };
  const [[tier, points] = [undefined, []]] = [...tierBurns(objective, series, range)];
  expect(tier?.name).toBe('page fast');
  const highest = points.filter(({ long, short }) => Math.min(long ?? 0, short ?? 0) > 13.44);
  // At 1010: 35 or, at the end of the breach, up to 100 of 600 within the hour; all of the last five minutes fail.
  expect(highest).toHaveLength(1);
  expect(highest[0]).toMatchObject({ minute: 1015, short: expect.closeTo(60, 9), long: expect.closeTo(100 / 6, 9) });
  // A point an hour and the end of the range, which is what a table of the present says.
  expect(points).toHaveLength(25);
  expect(points.at(-1)).toEqual({ minute: 1440, long: 0, short: 0 });
});

it('does not burn where nothing happened, and money has the same chart', () => {
  const quiet = [...tierBurns(judged({}), new PointSeries([]), { from: 0, to: 120, bucket: 60 })][0]?.[1] ?? [];
  expect(quiet.every(({ long, short }) => !long && !short)).toBe(true);
  const cost = judged({ indicator: { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' } });
  const spent = minutes(0, 120, 0, 0).map((point) => ({ ...point, outcomes: 1, cost: 30_000_000_000n }));
  const [, points = []] = [...tierBurns(cost, new PointSeries(spent), { from: 0, to: 120, bucket: 60 })][0] ?? [];
  // (0.03 - 0.01) / (0.02 - 0.01)
  expect(points.at(-1)).toMatchObject({ long: expect.closeTo(2, 9), short: expect.closeTo(2, 9) });
});

it('looks at moments at which every window begins and ends whole', () => {
  expect(burnGrain(judged({}))).toBe(5);
  expect(burnGrain(judged({ policy: 'pyrra', window: '30d' }, 30))).toBe(1);
});
