import { type Backtest, objectiveWrite } from '@plimsoll/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BacktestOptions, runBacktest } from './backtest.js';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.js';

const definition = objectiveWrite.parse({
  slug: 'answers',
  name: 'Answers',
  indicator: { kind: 'error' },
  target: '0.99',
});
const answer: Backtest = {
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-08T00:00:00.000Z',
  minutes: 10_080,
  pages: [
    {
      firedAt: '2026-11-03T10:00:00.000Z',
      resolvedAt: '2026-11-03T10:40:00.000Z',
      tier: 'page fast',
      severity: 'page',
      group: { 'attributes.region': 'eu' },
      peakBurn: 21.5,
      detectionSeconds: 300,
      resetSeconds: 540,
      incident: { id: 'a', reference: 'INC-7', label: 'false_alarm' },
    },
  ],
  precision: {
    page: { of: 6, judged: 5, real: 4, share: 0.8, interval: { low: 0.376, high: 0.964, level: 0.95 } },
    ticket: { of: 0, judged: 0, real: 0, share: null, interval: null },
  },
  tiers: [
    {
      name: 'page fast',
      rule: 'burn_rate',
      severity: 'page',
      long: '1h',
      short: '5m',
      factor: 13.44,
      reachable: true,
      delays: [
        { errorRatio: 1, detectionSeconds: 483.84, resetSeconds: 260 },
        { errorRatio: 0.1, detectionSeconds: null, resetSeconds: null },
      ],
    },
  ],
  budgetRemaining: 0.425,
  series: [],
  warnings: [],
};

const path = '/api/v1/objectives/backtest';
let platform: TestPlatform;
let printed: string;

beforeEach(async () => {
  printed = '';
  platform = await startTestPlatform(({ url }) => ({ body: url.pathname === path ? answer : { definition } }));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  platform.stop();
});

function options(more: Partial<BacktestOptions>): BacktestOptions {
  const usual = { within: '5m', for: '1m', severity: 'page', days: '7' } as const;
  return { url: platform.url, key: 'k', ...usual, ...more };
}

/** What was asked to be tried. */
const tried = () => platform.asked.filter(({ url }) => url.pathname === path).map(({ body }) => body);

describe('plimsoll backtest', () => {
  it('asks for a stored objective with another target and tells what it would have sent', async () => {
    await runBacktest(options({ objective: 'answers', target: '0.995', to: '2026-11-08T00:00:00Z' }));
    expect(tried()[0]).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      objective: { target: '0.995', policy: 'google' },
    });
    expect(printed.split('\n')).toEqual([
      'answers: 1 page, 0 tickets from 2026-11-01T00:00:00.000Z to 2026-11-08T00:00:00.000Z; budget left 42.5 %',
      '4 of 5 judged pages real: 80.0 %, 37.6 % to 96.4 %',
      '  fired                     severity  tier       group                 detected after  resolved                  reset after  peak burn  incident',
      '  2026-11-03T10:00:00.000Z  page      page fast  attributes.region=eu  5 min           2026-11-03T10:40:00.000Z  9 min        21.5       INC-7 false alarm',
      '  would detect at  100 % bad  10 % bad',
      '  page fast        8.1 min    -',
      '',
    ]);
  });

  it('tries a plain threshold in place of the policy, and prints JSON', async () => {
    await runBacktest(options({ objective: 'answers', over: '0.1', for: '10m', json: true }));
    const thresholds = [{ name: 'over 0.1', severity: 'page', over: '0.1', window: '5m', for: '10m' }];
    expect(tried()[0]).toMatchObject({ objective: { policy: { thresholds } } });
    expect(JSON.parse(printed)).toEqual(answer);
  });

  it('reads objectives from files, in our own form or OpenSLO', async () => {
    await runBacktest(
      options({ file: [new URL('../../../test/cases/openslo/answers.yaml', import.meta.url).pathname] }),
    );
    expect(tried().length).toBeGreaterThan(0);
  });

  it.each([
    [{}, '--objective: name one, or give files with -f'],
    [{ objective: 'answers', target: '99' }, '--target: must be a decimal between 0 and 1'],
    [{ objective: 'answers', days: 'x' }, '--days: "x" is no number of days'],
    [{ objective: 'answers', to: 'soon' }, '--to: "soon" is no instant'],
  ])('refuses %o', async (more, message) => {
    await expect(runBacktest(options(more))).rejects.toThrow(message);
  });
});
