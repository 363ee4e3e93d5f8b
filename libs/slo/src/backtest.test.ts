import { objectiveWrite } from '@plimsoll/contract';
import { expect, it } from 'vitest';
import { backtestObjective, tierDelays } from './backtest.js';
import { judgedObjective } from './objective-judge.js';
import { PointSeries, type SliPoint } from './point-series.js';

const daySeconds = 86_400;
const judged = judgedObjective(
  objectiveWrite.parse({ slug: 'a', name: 'A', indicator: { kind: 'error' }, target: '0.99', window: '30d' }),
  30 * daySeconds,
);

function pointOf(minute: number, bad: number): SliPoint {
  const weighted = { sumW: 100, sumWx: bad, sumW2: 100, sumW2x: bad, sumW2x2: bad };
  const rest = { cost: 0n, outcomes: 0, selected: 0, settled: 0, excluded: 0 };
  return { minute, stratum: '', population: 100, eligible: 100, bad, ...weighted, ...rest };
}

it('tells from when more was bad than allowed until the alert fired, and from its end until it was resolved', () => {
  // Half of the calls fail from minute 600 on, with a good minute in between, and stop at 660.
  const series = new PointSeries(
    Array.from({ length: 1440 }, (_, minute) =>
      pointOf(minute, minute >= 600 && minute < 660 && minute !== 603 ? 50 : 0),
    ),
  );
  const fast = backtestObjective(judged, series, 0, 1440).find(({ tier }) => tier === 'page fast');
  // F B L / e0 = 14.4 * .01 * 60 / .5 = 17.28 minutes of failure, and the good one.
  expect(fast).toMatchObject({ beganAt: 600, firedAt: 618, endedAt: 660 });
  expect(fast?.resolvedAt).toBeGreaterThan(660);
});

it('lists detection and reset of each tier by the formula', () => {
  const [fast] = tierDelays(judged);
  const at = (share: number) => fast?.delays.find(({ errorRatio }) => errorRatio === share);
  expect(at(1)?.detectionSeconds).toBeCloseTo(518.4, 9);
  expect(at(1)?.resetSeconds).toBeCloseTo(300 * (1 - 0.144), 9);
  expect(at(0.1)).toEqual({ errorRatio: 0.1, detectionSeconds: null, resetSeconds: null });
});
