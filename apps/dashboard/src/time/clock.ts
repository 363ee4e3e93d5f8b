import { useSyncExternalStore } from 'react';

const tickMs = 30_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** Moves the shared clock to the present; called by the timer and by Refresh. */
export function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (!document.hidden) tick();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * One clock for the whole page, moving every 30 seconds while it is seen. All relative ranges resolve against the same
 * instant, so that panels agree and equal requests are made once.
 */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
