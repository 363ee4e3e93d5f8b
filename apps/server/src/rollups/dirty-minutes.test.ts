import { expect, test } from 'vitest';
import { type ArrivalMark, ArrivalMemory, arrivalSlices, mayWait, RangeReach } from './dirty-minutes.js';

const ten = Date.UTC(2026, 10, 22, 10) / 1000;

function arrived(minute: number, slot: number, mark: string, project = 'p'): ArrivalMark {
  return { source: 'spans', project, minute: ten + minute * 60, slot, rows: 1, mark };
}

function spans(ranges: readonly { projectId: string; from: Date; to: Date }[]): string[] {
  return ranges.map(
    ({ projectId, from, to }) => `${projectId} ${from.toISOString().slice(11, 16)}-${to.toISOString().slice(11, 16)}`,
  );
}

test('a range ends where more than an hour is clean, and at midnight; newest first', () => {
  const midnight = 14 * 60;
  const marks = [0, 1, 61, 122, midnight - 1, midnight, -120].map((minute) => arrived(minute, 1, `${minute}`));
  expect(spans(new ArrivalMemory().dirtyRanges(marks))).toEqual([
    'p 00:00-00:01',
    'p 23:59-00:00',
    'p 12:02-12:03',
    'p 10:00-11:02',
    'p 08:00-08:01',
  ]);
});

test('projects are kept apart', () => {
  const ranges = new ArrivalMemory().dirtyRanges([arrived(0, 1, 'a', 'p'), arrived(1, 1, 'b', 'q')]);
  expect(spans(ranges)).toEqual(['q 10:01-10:02', 'p 10:00-10:01']);
});

test('a minute is dirty again only when something arrived since its recompute', () => {
  const memory = new ArrivalMemory();
  const [range] = memory.dirtyRanges([arrived(0, 1, 'a')]);
  expect(memory.dirtyRanges([arrived(0, 1, 'a')])).toHaveLength(1);
  memory.recomputed(range!);
  expect(memory.dirtyRanges([arrived(0, 1, 'a')])).toEqual([]);
  expect(spans(memory.dirtyRanges([arrived(0, 1, 'changed')]))).toEqual(['p 10:00-10:01']);
  expect(spans(memory.dirtyRanges([arrived(0, 1, 'a'), arrived(0, 2, 'more')]))).toEqual(['p 10:00-10:01']);
});

test('a slot that left the window does not make its minute dirty', () => {
  const memory = new ArrivalMemory();
  const [range] = memory.dirtyRanges([arrived(0, 1, 'a'), arrived(0, 2, 'b')]);
  memory.recomputed(range!);
  expect(memory.dirtyRanges([arrived(0, 2, 'b')])).toEqual([]);
});

test('a range tells since when something new arrived in it', () => {
  const memory = new ArrivalMemory();
  const [first] = memory.dirtyRanges([arrived(0, 7, 'a'), arrived(1, 9, 'b')]);
  expect(first!.arrivedSinceMicros).toBe(70_000_000n);
  memory.recomputed(first!);
  const [second] = memory.dirtyRanges([arrived(0, 7, 'a'), arrived(1, 9, 'b'), arrived(0, 8, 'c')]);
  expect(second!.arrivedSinceMicros).toBe(80_000_000n);
});

test.each([
  [3600, ['p 11:00-11:01', 'p 10:00-11:00']],
  [600, ['p 11:00-11:01', 'p 10:59-11:00', 'p 10:00-10:06']],
  [60, ['p 11:00-11:01', 'p 10:59-11:00', 'p 10:05-10:06', 'p 10:00-10:01']],
])('ranges within %d seconds', (reachSeconds, expected) => {
  const marks = [0, 5, 59, 60].map((minute) => arrived(minute, 1, `${minute}`));
  expect(spans(new ArrivalMemory().dirtyRanges(marks, reachSeconds))).toEqual(expected);
});

test('a range ends before the minute with which it would have too many new rows; a minute is never cut', () => {
  const marks = [0, 1, 1, 2, 3].map((minute, slot) => ({ ...arrived(minute, slot, `${slot}`), rows: 100 }));
  expect(spans(new ArrivalMemory().dirtyRanges(marks, 86_400, 199))).toEqual([
    'p 10:03-10:04',
    'p 10:02-10:03',
    'p 10:01-10:02',
    'p 10:00-10:01',
  ]);
  expect(spans(new ArrivalMemory().dirtyRanges(marks, 86_400, 300))).toEqual(['p 10:02-10:04', 'p 10:00-10:02']);
});

test('the arrivals of a range in slices of whole slots; the last slot may fill as the one before it did', () => {
  const marks = [9, 7, 8, 11].map((slot) => ({ ...arrived(slot % 2, slot, `${slot}`), rows: slot === 11 ? 1 : 100 }));
  const [range] = new ArrivalMemory().dirtyRanges(marks);
  const seconds = (mostRows: number): number[][] =>
    arrivalSlices(range!, mostRows).map(({ sinceMicros, untilMicros }) => [
      Number(sinceMicros) / 1e6,
      Number(untilMicros) / 1e6,
    ]);
  expect(seconds(1000)).toEqual([[70, 120]]);
  expect(seconds(200)).toEqual([
    [70, 90],
    [90, 120],
  ]);
  expect(seconds(50)).toEqual([
    [70, 75],
    [75, 80],
    [80, 85],
    [85, 90],
    [90, 95],
    [95, 110],
    [110, 115],
    [115, 120],
  ]);
});

test.each([
  { minute: 0, arrivedAt: 20, startsAt: 25, written: false, waits: true },
  { minute: 0, arrivedAt: 20, startsAt: 35, written: false, waits: false },
  { minute: 0, arrivedAt: 40, startsAt: 50, written: true, waits: true },
  { minute: 0, arrivedAt: 50, startsAt: 69, written: true, waits: true },
  { minute: 0, arrivedAt: 50, startsAt: 70, written: true, waits: false },
  { minute: -1, arrivedAt: 20, startsAt: 25, written: true, waits: false },
  // A sender's clock that is ahead: what waits has to be found again.
  { minute: 9, arrivedAt: 20, startsAt: 60, written: false, waits: true },
  { minute: 9, arrivedAt: 20, startsAt: 110, written: false, waits: false },
])('of minute $minute, arrived at $arrivedAt s: waits at $startsAt s ($written): $waits', (given) => {
  const mark = { ...arrived(given.minute, (ten + given.arrivedAt) / 10, 'a') };
  expect(mayWait(mark, given.written, BigInt(ten + given.startsAt) * 1_000_000n, 30)).toBe(given.waits);
});

test('a minute stays dirty while all that is new in it waits', () => {
  const memory = new ArrivalMemory();
  const waits = (mark: ArrivalMark, written: boolean): boolean => written && mark.slot === 2;
  const [range] = memory.dirtyRanges([arrived(0, 1, 'a')], 60, 100, waits);
  memory.recomputed(range!);
  const marks = [arrived(0, 1, 'a'), arrived(0, 2, 'b')];
  expect(memory.dirtyRanges(marks, 60, 100, waits)).toEqual([]);
  expect(spans(memory.dirtyRanges(marks, 60, 100))).toEqual(['p 10:00-10:01']);
});

test('slow or failing ranges become shorter at once, and longer again only after quick passes', () => {
  const reach = new RangeReach();
  const pass = (...ranges: [durationMs: number, failed: boolean][]): number => {
    for (const [durationMs, failed] of ranges) reach.took(durationMs, failed);
    reach.learn();
    return reach.seconds;
  };
  expect(reach.seconds).toBe(86_400);
  expect(pass([20, false], [11_000, false])).toBe(3600);
  expect(pass([60_000, true])).toBe(600);
  expect(pass([5_000, false])).toBe(600);
  expect(pass([200, false], [900, false])).toBe(3600);
  expect(pass()).toBe(86_400);
  expect(pass([50, true])).toBe(86_400);
  expect(pass([3_000, true])).toBe(3600);
});

test('a pass over hours never takes less than an hour', () => {
  const reach = new RangeReach(3600);
  for (let pass = 0; pass < 3; pass += 1) {
    reach.took(60_000, false);
    reach.learn();
  }
  expect(reach.seconds).toBe(3600);
});
