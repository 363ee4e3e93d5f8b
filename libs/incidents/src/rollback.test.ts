import { describe, expect, it } from 'vitest';
import { isRollback } from './rollback.js';

describe('rollback', () => {
  it.each([
    ['prompt', 'v7', ['v6', 'v7', 'v8'], true],
    ['release', 'v7', ['v7', 'v8', 'v9'], true],
    // Declared twice: it is there already.
    ['prompt', 'v8', ['v7', 'v8'], false],
    ['prompt', 'v9', ['v7', 'v8'], false],
    ['prompt', 'v7', [], false],
    // A flag that is switched off again goes back to no version.
    ['flag', 'off', ['off', 'on'], false],
    ['prompt', '', ['', 'v8'], false],
  ])('%s to %s after %j: %s', (kind, to, earlier, expected) => {
    expect(isRollback(kind, to, earlier)).toBe(expected);
  });
});
