import { describe, expect, test } from 'vitest';
import { packLane, tickLabel, timeTicks, trimZeros } from './ticks.js';

const at = (text: string) => Date.parse(text);

describe('time ticks', () => {
  test('stand at round times of the zone', () => {
    const { values, stepMs } = timeTicks(at('2026-11-22T00:10:00Z'), at('2026-11-22T06:10:00Z'), 'Asia/Kolkata', 7);
    expect(stepMs).toBe(3_600_000);
    expect(values[0]).toBe(at('2026-11-22T00:30:00Z'));
    expect(values.map((value) => tickLabel(value, 'Asia/Kolkata', stepMs))).toEqual([
      '06:00',
      '07:00',
      '08:00',
      '09:00',
      '10:00',
      '11:00',
    ]);
  });

  test('days stay at midnight over the change of the clocks', () => {
    const { values, stepMs } = timeTicks(at('2026-10-23T00:00:00Z'), at('2026-10-28T00:00:00Z'), 'Europe/Berlin', 6);
    expect(values.map((value) => tickLabel(value, 'Europe/Berlin', stepMs))).toEqual([
      '24 Oct',
      '25 Oct',
      '26 Oct',
      '27 Oct',
      '28 Oct',
    ]);
  });

  test('there are never too many, however long the range', () => {
    expect(timeTicks(0, at('2026-01-01T00:00:00Z'), 'UTC', 10).values.length).toBeLessThanOrEqual(200);
    expect(timeTicks(0, 28 * 86_400_000, 'UTC', 10).values.length).toBeLessThanOrEqual(11);
  });
});

describe('annotation lane', () => {
  const label = (item: string, x: number, width = 60) => ({ item, x, width });

  test('labels that would overlap go to the next row, and the rest is counted', () => {
    const { placed, hidden } = packLane([label('a', 0), label('b', 30), label('c', 40), label('d', 100)], 400, 2);
    expect(placed).toEqual([
      { item: 'a', left: 0, row: 0 },
      { item: 'b', left: 30, row: 1 },
      { item: 'd', left: 100, row: 0 },
    ]);
    expect(hidden).toEqual(['c']);
  });

  test('a label at the right end stays inside', () => {
    expect(packLane([label('a', 390)], 400, 2).placed).toEqual([{ item: 'a', left: 340, row: 0 }]);
  });
});

test.each([
  ['30.0x', '30x'],
  ['0.00x', '0x'],
  ['2.50 GHz', '2.5 GHz'],
  ['0.05 GB/s', '0.05 GB/s'],
  ['$60.00', '$60'],
  ['1,200', '1,200'],
  ['100 %', '100 %'],
])('the tick %s reads %s', (text, trimmed) => expect(trimZeros(text)).toBe(trimmed));
