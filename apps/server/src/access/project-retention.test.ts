import { describe, expect, test } from 'vitest';
import { effectiveRetention, retentionMark } from './project-retention.js';

describe('effectiveRetention', () => {
  test.each([
    [{ spanRetentionDays: null, payloadRetentionDays: null }, 90, { spanDays: 90, payloadDays: 30 }],
    [{ spanRetentionDays: 7, payloadRetentionDays: 2 }, 90, { spanDays: 7, payloadDays: 2 }],
    [
      { spanRetentionDays: null, payloadRetentionDays: null },
      'forever' as const,
      { spanDays: null, payloadDays: null },
    ],
    [{ spanRetentionDays: 7, payloadRetentionDays: null }, 'forever' as const, { spanDays: 7, payloadDays: null }],
  ])('%o under %s', (own, retention, expected) => {
    expect(effectiveRetention(own, { retention })).toEqual(expected);
  });
});

describe('retentionMark', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const earlier = new Date('2026-11-01T00:00:00Z');
  const unmarked = { retentionDaysBefore: null, retentionChangedAt: null };

  test.each([
    ['a lengthening remembers the shorter', { ...unmarked, spanDays: 30 }, 90, { days: 30, at: now }],
    ['no change leaves no mark', { ...unmarked, spanDays: 30 }, 30, { days: null, at: null }],
    ['for ever to days', { ...unmarked, spanDays: null }, 30, { days: null, at: now }],
    [
      'a second change keeps the shortest',
      { retentionDaysBefore: 10, retentionChangedAt: earlier, spanDays: 90 },
      60,
      { days: 10, at: now },
    ],
  ])('%s', (_, before, spanDays, expected) => {
    expect(retentionMark(before, spanDays, now)).toEqual({
      retentionDaysBefore: expected.days,
      retentionChangedAt: expected.at,
    });
  });
});
