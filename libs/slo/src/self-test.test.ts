import { objectiveWrite } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { judgedObjective, selfTestObjective } from './index.js';

const month = 30 * 86_400;
const tested = (parts: object, windowSeconds = month) =>
  selfTestObjective(
    judgedObjective(
      objectiveWrite.parse({
        slug: 'o',
        name: 'O',
        indicator: { kind: 'error' },
        target: '0.99',
        window: '30d',
        ...parts,
      }),
      windowSeconds,
    ),
  );

// t = F B L / e0 with e0 = 1: 8.64, 21.6, 43.2 and 43.2 minutes, up to the next closed one; all but the first wait one more.
test('a total breach fires each tier when the formula says', () => {
  expect(tested({})).toEqual({
    ok: true,
    detail:
      'page fast after 9 min, page slow after 23 min, ticket quick after 45 min, ticket slow after 45 min, outage after 1 min',
  });
});

test.each([
  ['latency', { indicator: { kind: 'latency', measure: 'ttft', thresholdMs: 900 } }],
  ['money', { indicator: { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' } }],
  ['a sampled ratio', { indicator: { kind: 'quality', scorer: 'tone' }, target: '0.9' }],
  ['a sampled mean', { indicator: { kind: 'quality', scorer: 'tone', measure: 'mean' }, target: '0.9' }],
  ['volume-aware burn', { volumeAware: true }],
  ['the tiers of pyrra', { policy: 'pyrra' }],
  ['the tiers of sloth', { policy: 'sloth' }],
])('%s pages', (_, parts) => {
  expect(tested(parts).ok).toBe(true);
});

test('tickets decide where nothing pages', () => {
  const thresholds = [{ name: 'a tenth', severity: 'ticket', over: '0.1', window: '5m', for: '10m' }];
  expect(tested({ policy: { thresholds } })).toEqual({ ok: true, detail: 'a tenth after 10 min' });
});

test('a definition that cannot page is told apart', () => {
  // Factors 14.4 and 6 of a target of 80 % ask for more than everything to fail.
  const result = tested({ target: '0.8', stretch: false, outage: false });
  expect(result.ok).toBe(false);
  expect(result.detail).toMatch(/^page fast never fires, page slow never fires, ticket quick after \d+ min/);
  expect(tested({ minBad: 10_000_000 }).ok).toBe(false);
});
