import { afterEach, expect, test, vi } from 'vitest';
import { atEnd } from './at-end.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a process that only waited for its flush is not held by another one, and one that went on is flushed again', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  const listeners = new Map<string, () => void>();
  const listening = {
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    removeListener: () => undefined,
    listenerCount: () => 1,
    kill: () => undefined,
  };
  vi.stubGlobal('process', Object.assign(Object.create(process) as object, listening));
  vi.stubGlobal(Symbol.for('plimsoll.sdk.atEnd') as never, undefined);
  let flushes = 0;
  atEnd(async () => {
    flushes += 1;
    await new Promise((resolve) => {
      setTimeout(resolve, 10_000);
    });
  });
  const isIdle = () => listeners.get('beforeExit')?.();
  isIdle();
  await vi.advanceTimersByTimeAsync(10_000);
  // What the flush could not send keeps nothing alive, and the process says once more that it ends.
  isIdle();
  expect(flushes).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  isIdle();
  expect(flushes).toBe(2);
});
