import { objectiveWrite } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import {
  absentAfterMinutes,
  checkDefinition,
  emptyTotals,
  forecastRate,
  judgedObjective,
  PointSeries,
  silentMinutes,
  stepSilence,
  tellingSilence,
  type SilenceAlarm,
  type SliPoint,
  type TierStatus,
} from './index.js';

const DAY = 86_400;
const judged = (parts: object, days = 28) =>
  judgedObjective(
    objectiveWrite.parse({
      slug: 'o',
      name: 'O',
      indicator: { kind: 'error' },
      target: '0.99',
      window: `${days}d`,
      ...parts,
    }),
    days * DAY,
  );
const quality = judged({ target: '0.95', indicator: { kind: 'quality', scorer: 'json-valid' } });

const point = (minute: number, eligible: number): SliPoint => ({
  ...emptyTotals,
  minute,
  stratum: '',
  population: eligible,
  eligible,
});

describe('absence', () => {
  test.each([
    // max(5 min, F B L + 2 min): 13.44 x 0.01 x 60 + 2 = 10.06; pyrra's AbsentDuration for 99 % and 99.9 % says 10 and 3.
    ['99 %', judged({}), 10],
    ['99.9 %', judged({ target: '0.999' }), 5],
    // Stretched: 3 h at a factor of 4.48, and 4.48 x 0.1 x 180 + 2 = 82.64.
    ['90 %', judged({ target: '0.9' }), 83],
    ['money, whose factors have no upper end', judged({ indicator: cost() }), 60],
  ])('of %s is an alarm of its own', (_, objective, minutes) => {
    expect(absentAfterMinutes(objective)).toBe(minutes);
  });

  test.each([
    ['nobody knows what to expect', [null, null, 600, null], null, Infinity],
    ['the least of the known weeks counts', [600, 1200, null, 900], 10, 0.529_832],
    ['a quiet week expects nothing', [600, 0, 600, 600], 0, Infinity],
    ['one event a minute is missed after six', [60, 60], 1, 5.298_317],
  ])('%s', (_, counts, rate, minutes) => {
    expect(forecastRate(counts)).toBe(rate);
    // exp(-rate x minutes) < 1 / 200.
    expect(tellingSilence(rate)).toBeCloseTo(minutes, 5);
  });

  test('is as long as the longest probe without an event', () => {
    const series = new PointSeries([point(80, 5), point(91, 1)]);
    expect([92, 93, 95, 100, 102].map((end) => silentMinutes(judged({}), series, end))).toEqual([0, 1, 3, 8, 10]);
    // What is sampled is decided later: its last quarter of an hour says nothing.
    expect([100, 108, 109].map((end) => silentMinutes(quality, series, end))).toEqual([0, 1, 2]);
  });
});

describe('an alarm', () => {
  function run(alarm: SilenceAlarm, minutes: readonly (readonly [minute: number, holds: boolean])[]): string[] {
    let status: TierStatus | undefined;
    const told: string[] = [];
    for (const [minute, holds] of minutes) {
      const step = stepSilence(quality, { alarm, status, minute, holds, reason: 'as it is' });
      ({ status } = step);
      if (step.transition !== null) told.push(`${step.transition.kind} ${minute}`);
    }
    return told;
  }

  test('about absence fires with the minute that it is told of, and is held for five', () => {
    const steps = [
      [10, true],
      [11, true],
      [12, false],
      [16, false],
      [17, false],
      [20, true],
    ] as const;
    expect(run('absent', steps)).toEqual(['fired 10', 'clearing 12', 'resolved 17', 'reopened 20']);
  });

  test('about too few samples fires after twice the long window of the fastest tier', () => {
    const [fastest] = quality.tiers;
    const after = (2 * (fastest?.longSeconds ?? 0)) / 60;
    const minutes = Array.from({ length: after + 5 }, (_, minute) => [minute, true] as const);
    expect(run('insufficient', minutes)).toEqual(['pending 0', `fired ${after - 1}`]);
    expect(run('insufficient', [...minutes.slice(0, after - 1), [after - 1, false]])).toEqual([
      'pending 0',
      `calmed ${after - 1}`,
    ]);
  });

  test('keeps its name to itself', () => {
    const threshold = { name: 'data absent', severity: 'page', over: '0.1', window: '5m' };
    const definition = judged({ policy: { thresholds: [threshold] } }).definition;
    expect(() => checkDefinition(definition, 0)).toThrow(/name of an alarm/);
  });
});

function cost(): object {
  return { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
}
