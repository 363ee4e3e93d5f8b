import { describe, expect, it } from 'vitest';
import { onCallAt, type Rotation } from './rotation.js';
import { isWithin, nextWithin, stretchAt, type WeeklyHours } from './weekly-hours.js';

const rotation: Rotation = {
  timeZone: 'Europe/Berlin',
  startsOn: '2026-10-19',
  handoff: '09:00',
  members: ['kim', 'sam', 'ada'],
  overrides: [],
};
const at = (text: string): number => Date.parse(text);
const text = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 16);
const member = (part: Partial<Rotation>, instant: string): string | undefined =>
  onCallAt({ ...rotation, ...part }, at(instant))?.member;

describe('onCallAt', () => {
  // Berlin is two hours ahead until 2026-10-25 01:00 UTC, then one; two again from 2027-03-28 01:00 UTC.
  it.each([
    ['2026-10-19T06:59:59Z', undefined],
    ['2026-10-19T07:00:00Z', 'kim'],
    ['2026-10-25T23:00:00Z', 'kim'],
    ['2026-10-26T07:59:59Z', 'kim'],
    ['2026-10-26T08:00:00Z', 'sam'],
    ['2026-11-02T08:00:00Z', 'ada'],
    ['2026-11-09T07:59:59Z', 'ada'],
    ['2026-11-09T08:00:00Z', 'kim'],
    ['2027-03-22T08:00:00Z', 'sam'],
    ['2027-03-29T06:59:59Z', 'sam'],
    ['2027-03-29T07:00:00Z', 'ada'],
  ])('%s: %s', (instant, expected) => {
    expect(member({}, instant)).toBe(expected);
  });

  it('hands over once where the local time comes twice, and at the change where it is skipped', () => {
    const twice = { startsOn: '2026-10-18', handoff: '02:30' };
    expect(['00:29', '00:30', '01:15', '01:45'].map((time) => member(twice, `2026-10-25T${time}:00Z`))).toEqual([
      'kim',
      'sam',
      'sam',
      'sam',
    ]);
    const skipped = { startsOn: '2026-03-22', handoff: '02:30' };
    expect(['00:59', '01:00'].map((time) => member(skipped, `2026-03-29T${time}:00Z`))).toEqual(['kim', 'sam']);
  });

  it('says from when to when, and has a week of 169 hours when the clocks go back', () => {
    const shift = onCallAt(rotation, at('2026-10-20T00:00:00Z'));
    expect([text(shift?.from ?? 0), text(shift?.to ?? 0)]).toEqual(['2026-10-19T07:00', '2026-10-26T08:00']);
    expect(((shift?.to ?? 0) - (shift?.from ?? 0)) / 3_600_000).toBe(169);
  });

  it('lets the later override win, and nobody be on call in an empty rotation', () => {
    const override = (name: string, from: string, to: string) => ({ member: name, from: at(from), to: at(to) });
    const overrides = [
      override('ada', '2026-10-20T08:00:00Z', '2026-10-21T08:00:00Z'),
      override('sam', '2026-10-20T20:00:00Z', '2026-10-20T22:00:00Z'),
    ];
    const hours = ['07:59', '08:00', '20:00', '22:00'].map((time) => member({ overrides }, `2026-10-20T${time}:00Z`));
    expect(hours).toEqual(['kim', 'ada', 'sam', 'ada']);
    expect(member({ overrides }, '2026-10-21T08:00:00Z')).toBe('kim');
    expect(onCallAt({ ...rotation, members: [] }, at('2026-10-20T00:00:00Z'))).toBeNull();
  });

  it('refuses a zone that there is not', () => {
    expect(() => member({ timeZone: 'Europe/Atlantis' }, '2026-10-20T00:00:00Z')).toThrow('timeZone');
  });
});

describe('weekly hours', () => {
  const office: WeeklyHours = { timeZone: 'America/New_York', days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };

  // New York is five hours behind from 2026-11-01 06:00 UTC, four before. 2026-10-30 is a Friday.
  it.each([
    ['2026-10-30T12:59:00Z', '2026-10-30T13:00'],
    ['2026-10-30T13:00:00Z', '2026-10-30T13:00'],
    ['2026-10-30T20:59:00Z', '2026-10-30T20:59'],
    ['2026-10-30T21:00:00Z', '2026-11-02T14:00'],
    ['2026-11-01T12:00:00Z', '2026-11-02T14:00'],
  ])('after %s work goes on at %s', (instant, expected) => {
    expect(text(nextWithin(office, at(instant)))).toBe(expected);
  });

  it('reaches over midnight', () => {
    const night: WeeklyHours = { timeZone: 'UTC', days: [6], from: '22:00', to: '04:00' };
    expect(isWithin(night, at('2026-11-22T03:59:00Z'))).toBe(true);
    expect(isWithin(night, at('2026-11-22T04:00:00Z'))).toBe(false);
    expect(isWithin(night, at('2026-11-21T21:59:00Z'))).toBe(false);
    expect(text(stretchAt(night, at('2026-11-22T04:00:00Z'))?.from ?? 0)).toBe('2026-11-28T22:00');
  });

  it('never comes without a day', () => {
    expect(stretchAt({ ...office, days: [] }, 0)).toBeNull();
  });
});
