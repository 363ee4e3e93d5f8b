import type { TimelineEntry } from '@plimsoll/contract';
import { expect, it } from 'vitest';
import { countsOfEntry } from './timeline-counts.js';

const at = '2026-11-01T12:00:00.000Z';
const start = Date.parse(at);
const entry = (part: Partial<TimelineEntry>): TimelineEntry => ({
  seq: 1,
  at,
  kind: 'opened',
  title: 'x',
  detail: null,
  actor: null,
  link: null,
  snapshot: {},
  ...part,
});
const alert = { longSeconds: 3600, shortSeconds: 300, eligibleLong: 200, badLong: 60, eligibleShort: 0, badShort: 0 };
const kind = 'error' as const;

it('knows the calls of the windows that an alert was decided by, to the end of its minute', () => {
  expect(countsOfEntry({ kind, timeline: [] }, entry({ snapshot: alert }))).toEqual([
    { words: 'in 1 h', n: 200, bad: 60, range: { fromMs: start + 60_000 - 3_600_000, toMs: start + 60_000 } },
  ]);
});

it('has nothing of money, of another incident, and of an entry without counts', () => {
  expect(countsOfEntry({ kind: 'cost', timeline: [] }, entry({ snapshot: alert }))).toEqual([]);
  const foreign = entry({ snapshot: { ...alert, tier: 'INC-7 page fast' } });
  expect(countsOfEntry({ kind, timeline: [] }, foreign)).toEqual([]);
  expect(countsOfEntry({ kind, timeline: [] }, entry({}))).toEqual([]);
});

it('counts as long before a mitigation as after it', () => {
  const snapshot = { mitigation: 1, minutes: 10, before: { n: 80, bad: 40 }, after: { n: 80, bad: 2 } };
  const effect = entry({ seq: 2, kind: 'effect', snapshot });
  const tenMinutes = 600_000;
  expect(countsOfEntry({ kind, timeline: [entry({})] }, effect).map(({ bad, range }) => [bad, range])).toEqual([
    [40, { fromMs: start - tenMinutes, toMs: start }],
    [2, { fromMs: start, toMs: start + tenMinutes }],
  ]);
});
