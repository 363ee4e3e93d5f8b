import { describe, expect, test } from 'vitest';
import { given, instantOfWall, listOf, startValues, wallOfInstant } from './field.js';

test.each([
  ['2026-11-22T14:30', 'UTC', '2026-11-22T14:30:00.000Z'],
  ['2026-11-22T14:30', 'Europe/Berlin', '2026-11-22T13:30:00.000Z'],
  ['2026-07-01T00:00', 'America/New_York', '2026-07-01T04:00:00.000Z'],
  // An hour before and after the clocks change.
  ['2026-03-29T01:30', 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
  ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
])('%s in %s is %s and back', (wall, zone, instant) => {
  expect(instantOfWall(wall, zone)).toBe(instant);
  expect(wallOfInstant(Date.parse(instant), zone)).toBe(wall);
});

describe('values of a form', () => {
  test('start with what is given, selects with their first choice', () => {
    const options = [{ value: 'a', label: 'A' }];
    expect(
      startValues([
        { name: 'x', label: 'X' },
        { name: 'y', label: 'Y', kind: 'select', options },
        { name: 'z', label: 'Z', initial: '1' },
      ]),
    ).toEqual({ x: '', y: 'a', z: '1' });
  });

  test('are left out of a body while nothing is typed', () => {
    expect(given({ a: ' x ', b: '  ' }, 'a', 'b', 'c')).toEqual({ a: 'x' });
    expect(listOf('a, b,,c ')).toEqual(['a', 'b', 'c']);
  });
});
