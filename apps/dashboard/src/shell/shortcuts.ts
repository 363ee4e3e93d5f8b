import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** `a`, `Shift+D`, `?`, `ArrowLeft`, or two in a row: `g i`. */
  keys: string;
  label: string;
  run: () => void;
}

interface ShortcutGroup {
  name: string;
  shortcuts: readonly Shortcut[];
}

const storageKey = 'plimsoll-single-keys';
const sequenceMs = 1000;
let groups: readonly ShortcutGroup[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly ShortcutGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Adds the keys of a page or a dialog for as long as it is shown; later ones win over earlier ones. */
export function useShortcuts(name: string, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const signature = shortcuts.map(({ keys, label }) => `${keys}=${label}`).join('|');
  useEffect(() => {
    const group: ShortcutGroup = {
      name,
      shortcuts: latest.current.map(({ keys, label }, index) => ({
        keys,
        label,
        run: () => latest.current[index]?.run(),
      })),
    };
    publish([...groups, group]);
    return () => publish(groups.filter((other) => other !== group));
  }, [name, signature]);
}

export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(subscribe, () => groups);
}

export function singleKeysEnabled(): boolean {
  return localStorage.getItem(storageKey) !== 'off';
}

export function setSingleKeys(enabled: boolean): void {
  localStorage.setItem(storageKey, enabled ? 'on' : 'off');
}

/** The name of the pressed key in the form of `Shortcut.keys`, or null when a modifier makes it the browser's own. */
export function keyName(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (/^[A-Za-z]$/.test(event.key))
    return event.shiftKey ? `Shift+${event.key.toUpperCase()}` : event.key.toLowerCase();
  return event.key;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

function find(keys: string): Shortcut | undefined {
  for (const group of groups.toReversed()) {
    const match = group.shortcuts.find((shortcut) => shortcut.keys === keys);
    if (match) return match;
  }
  return undefined;
}

/** Listens once for the whole application. Keys typed into fields, and those behind an open dialog, are left alone. */
export function listenForShortcuts(): () => void {
  let prefix: { key: string; at: number } | null = null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || isTyping(event.target)) return;
    const name = keyName(event);
    if (name === null || !singleKeysEnabled()) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]') && name !== 'Escape') return;
    const inSequence = prefix !== null && event.timeStamp - prefix.at < sequenceMs;
    const shortcut = (inSequence && find(`${prefix?.key} ${name}`)) || find(name);
    const starts = groups.some(({ shortcuts }) => shortcuts.some(({ keys }) => keys.startsWith(`${name} `)));
    prefix = !inSequence && starts ? { key: name, at: event.timeStamp } : null;
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
