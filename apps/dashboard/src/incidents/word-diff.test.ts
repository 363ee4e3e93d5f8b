import { describe, expect, test } from 'vitest';
import { diffWords } from './word-diff.js';

const shown = (before: string, after: string) =>
  diffWords(before, after).map(({ kind, text }) =>
    kind === 'same' ? text : `${kind === 'added' ? '+' : '-'}[${text}]`,
  );

describe('diffWords', () => {
  test.each([
    ['be kind and short', 'be kind and very short', ['be kind and ', '+[very ]', 'short']],
    ['never refuse', 'always refuse', ['-[never]', '+[always]', ' refuse']],
    ['', 'new', ['+[new]']],
    ['gone', '', ['-[gone]']],
    ['same text', 'same text', ['same text']],
  ])('%j to %j', (before, after, parts) => expect(shown(before, after)).toEqual(parts));

  test('both sides can be put together again', () => {
    const [before, after] = ['a b c d e f', 'a x c d y z f'];
    const parts = diffWords(before, after);
    const side = (kind: string) =>
      parts
        .filter((part) => part.kind === 'same' || part.kind === kind)
        .map(({ text }) => text)
        .join('');
    expect([side('removed'), side('added')]).toEqual([before, after]);
  });

  test('texts too long for the table are shown whole', () => {
    const long = 'word '.repeat(3000);
    expect(diffWords(long, `${long}x`)).toHaveLength(2);
  });
});
