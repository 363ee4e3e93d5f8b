import { expect, test } from 'vitest';
import { keyName } from './shortcuts.js';

const press = (key: string, modifiers: Partial<Record<'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) =>
  keyName({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

test('keys have one name each, and those of the browser none', () => {
  expect(press('a')).toBe('a');
  expect(press('A', { shiftKey: true })).toBe('Shift+A');
  expect(press('A')).toBe('a');
  expect(press('?', { shiftKey: true })).toBe('?');
  expect(press('ArrowLeft')).toBe('ArrowLeft');
  expect(press('r', { ctrlKey: true })).toBeNull();
  expect(press('k', { metaKey: true })).toBeNull();
});
