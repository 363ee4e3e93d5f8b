import { useSyncExternalStore } from 'react';

export type Overlay = 'palette' | 'keys' | 'navigation' | null;

let current: Overlay = null;
const listeners = new Set<() => void>();

export function showOverlay(next: Overlay): void {
  current = next;
  for (const listener of listeners) listener();
}

export function toggleOverlay(which: Exclude<Overlay, null>): void {
  showOverlay(current === which ? null : which);
}

/** Which of the frame's dialogs is open; at most one is. */
export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
