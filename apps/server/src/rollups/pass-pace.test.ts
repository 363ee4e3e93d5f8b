import { expect, test } from 'vitest';
import { PassPace } from './pass-pace.js';

/** Ticks of 5 s, passes of the given length: when they begin, in seconds. */
async function beginnings(tookSeconds: number, untilSeconds: number, busy = true): Promise<number[]> {
  let now = 0;
  const pace = new PassPace(() => now);
  const began: number[] = [];
  for (let tick = 0; tick <= untilSeconds; tick += 5) {
    now = Math.max(now, tick * 1_000);
    await pace.run(() => {
      began.push(now / 1_000);
      now += tookSeconds * 1_000;
      return Promise.resolve({ busy });
    });
  }
  return began;
}

test('short passes run at every tick', async () => {
  expect(await beginnings(0.3, 20)).toEqual([0, 5, 10, 15, 20]);
});

test('a pass of two seconds comes every fifteen, one of a minute a quarter of a minute after the one before', async () => {
  expect(await beginnings(2, 40)).toEqual([0, 15, 30]);
  expect(await beginnings(60, 200)).toEqual([0, 75, 150]);
});

test('nobody waits on a store that is not busy, however long a pass takes', async () => {
  expect(await beginnings(7, 30, false)).toEqual([0, 7, 14, 21, 28, 35, 42]);
});

test('a failed pass is tried again at the next tick', async () => {
  let now = 0;
  const pace = new PassPace(() => now);
  const fail = (): Promise<{ busy: boolean }> => {
    now += 9_000;
    return Promise.reject(new Error('no store'));
  };
  await expect(pace.run(fail)).rejects.toThrow('no store');
  let again = false;
  await pace.run(() => {
    again = true;
    return Promise.resolve({ busy: true });
  });
  expect(again).toBe(true);
});
