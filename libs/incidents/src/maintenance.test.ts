import { describe, expect, it } from 'vitest';
import { isInMaintenance, maintenanceAt, type MaintenanceMatchers, type MaintenanceSchedule } from './maintenance.js';

const at = (text: string): number => Date.parse(text);
const everyone: MaintenanceMatchers = { objectives: [], features: [], environments: [], severities: [] };
const subject = { objective: 'answers', feature: 'support', environment: null, severity: 'ticket' } as const;
const once: MaintenanceSchedule = {
  kind: 'once',
  startsAt: at('2026-11-22T10:00:00Z'),
  endsAt: at('2026-11-22T12:00:00Z'),
};
/** Sundays two to four in London, where summer time ends at 01:00 UTC on 2026-10-25. */
const weekly: MaintenanceSchedule = {
  kind: 'weekly',
  hours: { timeZone: 'Europe/London', days: [7], from: '02:00', to: '04:00' },
  startsAt: at('2026-10-01T00:00:00Z'),
  endsAt: at('2026-11-08T03:00:00Z'),
};

describe('maintenance windows', () => {
  it.each<[string, MaintenanceSchedule, string, boolean]>([
    ['once, before', once, '2026-11-22T09:59:59Z', false],
    ['once, at its start', once, '2026-11-22T10:00:00Z', true],
    ['once, at its end', once, '2026-11-22T12:00:00Z', false],
    ['weekly in summer', weekly, '2026-10-18T01:00:00Z', true],
    ['weekly in winter', weekly, '2026-10-25T01:59:00Z', false],
    ['weekly in winter, an hour later', weekly, '2026-10-25T02:00:00Z', true],
    ['another day', weekly, '2026-10-26T02:30:00Z', false],
    ['its last time, cut short', weekly, '2026-11-08T02:59:00Z', true],
    ['over', weekly, '2026-11-08T03:00:00Z', false],
    ['before it is valid', weekly, '2026-09-27T01:30:00Z', false],
  ])('%s', (_name, schedule, instant, expected) => {
    expect(isInMaintenance(everyone, schedule, subject, at(instant))).toBe(expected);
  });

  it('says when it comes next', () => {
    const next = maintenanceAt(weekly, at('2026-10-19T00:00:00Z'));
    expect(new Date(next?.from ?? 0).toISOString()).toBe('2026-10-25T02:00:00.000Z');
    expect(maintenanceAt(weekly, at('2026-11-09T00:00:00Z'))).toBeNull();
  });

  it.each<[Partial<MaintenanceMatchers>, boolean]>([
    [{ objectives: ['answers'] }, true],
    [{ objectives: ['speed'] }, false],
    [{ features: ['support', 'search'] }, true],
    [{ objectives: ['answers'], features: ['search'] }, false],
    [{ environments: ['staging'] }, false],
    [{ severities: ['ticket'] }, true],
    [{ severities: ['page'] }, false],
  ])('%j holds: %s', (matchers, expected) => {
    expect(isInMaintenance({ ...everyone, ...matchers }, once, subject, at('2026-11-22T11:00:00Z'))).toBe(expected);
  });
});
