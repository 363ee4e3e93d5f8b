import { expect, test } from 'vitest';
import { boxQuery, boxWords, readBox, writeBox } from './trace-box.js';

const at = Date.UTC(2026, 10, 22, 14);

test('a selection survives the address, open ends too', () => {
  for (const [min, max] of [
    [2000, 5000],
    [null, 1.5],
    [0.9, null],
    [0, null],
  ] as const) {
    const box = { fromMs: at, toMs: at + 60_000, min, max };
    expect(readBox(writeBox(box))).toEqual(box);
  }
});

test.each(['', 'x', '1_2_3_4', `${at}_${at}_-_-`, `${at}_${at + 1}`])('%j selects nothing', (text) => {
  expect(readBox(text)).toBeNull();
});

test('it narrows the list by time and by the measure', () => {
  const box = { fromMs: at, toMs: at + 60_000, min: 0.5, max: null };
  expect(boxQuery(box, 'quality')).toEqual({
    from: '2026-11-22T14:00:00.000Z',
    to: '2026-11-22T14:01:00.000Z',
    minQuality: 0.5,
    maxQuality: null,
  });
  expect(boxQuery({ ...box, min: 100, max: 200 }, 'duration', { minDurationMs: '150' })).toMatchObject({
    minDurationMs: 150,
    maxDurationMs: 200,
  });
  expect(boxWords(box, 'quality')).toBe('50 % or more');
  expect(boxWords({ ...box, min: null, max: 500 }, 'duration')).toBe('below 500 ms');
});
