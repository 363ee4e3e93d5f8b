import { expect, test } from 'vitest';
import { csvText, seriesCsv } from './chart-csv.js';

test('one line a time, raw numbers, empty where a series has none', () => {
  const at = Date.UTC(2026, 10, 22, 14);
  const text = seriesCsv([
    { name: 'Long, 1h', points: [[at, 1.25] as const, [at + 60_000, null] as const] },
    { name: 'Short', points: [[at + 60_000, -2] as const] },
  ]);
  expect(text).toBe('time,"Long, 1h",Short\r\n2026-11-22T14:00:00.000Z,1.25,\r\n2026-11-22T14:01:00.000Z,,-2\r\n');
});

test('text that a spreadsheet would run is text', () => {
  expect(csvText(['=cmd()', '@a', '-b'], [['+1', -1, 'a"b']])).toBe(`'=cmd(),'@a,'-b\r\n'+1,-1,"a""b"\r\n`);
});
