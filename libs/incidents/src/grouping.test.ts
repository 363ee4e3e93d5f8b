import { describe, expect, it } from 'vitest';
import { type GroupingFacts, groupingReason, isInhibited } from './grouping.js';

const facts = (part: Partial<GroupingFacts>): GroupingFacts => ({
  id: 'a',
  service: 'support',
  sliKind: 'latency',
  topSuspect: null,
  badTraceIds: [],
  onset: null,
  dependencies: [],
  ...part,
});

describe('groupingReason', () => {
  it.each<[string, Partial<GroupingFacts>, Partial<GroupingFacts>, string | null]>([
    ['one suspect', { topSuspect: 'v8' }, { topSuspect: 'v8' }, 'same suspect'],
    ['no suspect on either side', {}, {}, null],
    ['half of the traces', { badTraceIds: ['1', '2', '3'] }, { badTraceIds: ['2', '3', '4'] }, 'same bad traces'],
    ['fewer traces', { badTraceIds: ['1', '2', '3'] }, { badTraceIds: ['3', '4', '5'] }, null],
    [
      'onset and model',
      { onset: 0, dependencies: ['model:m'] },
      { onset: 600_000, dependencies: ['model:m'] },
      'same onset and dependency',
    ],
    ['a later onset', { onset: 0, dependencies: ['model:m'] }, { onset: 600_001, dependencies: ['model:m'] }, null],
    ['another service', { topSuspect: 'v8', service: 'search' }, { topSuspect: 'v8' }, null],
  ])('%s', (_name, alert, open, reason) => {
    expect(groupingReason(facts(alert), facts({ id: 'b', ...open }))).toBe(reason);
  });
});

describe('isInhibited', () => {
  const outage = facts({ id: 'b', service: null, sliKind: 'error', dependencies: ['provider:p'], providerWide: true });

  it('holds for error and latency of what depends on the provider', () => {
    expect(isInhibited(facts({ dependencies: ['provider:p'] }), outage)).toBe(true);
    expect(isInhibited(facts({ sliKind: 'quality', dependencies: ['provider:p'] }), outage)).toBe(false);
    expect(isInhibited(facts({ dependencies: ['provider:other'] }), outage)).toBe(false);
    expect(isInhibited(outage, outage)).toBe(false);
  });
});
