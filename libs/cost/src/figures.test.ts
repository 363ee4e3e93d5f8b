import { describe, expect, test } from 'vitest';
import { costAnomaly, decomposeCost } from './anomaly.js';
import { focusColumns, focusHeader, focusLine, focusRow, type FocusCharge } from './focus.js';
import { forecastCost } from './forecast.js';
import { parseMoney } from './money.js';
import { cohortAsOf, type CohortTrace, type OutcomeEvent } from './outcomes.js';
import { disjointBuckets, normalizeUsage } from './usage.js';

const usd = (text: string): bigint => parseMoney(text);
const hour = 3_600_000;
const day = 24 * hour;

describe('cohorts', () => {
  const trace = (traceId: string, startedAtMs = 0): CohortTrace => ({
    traceId,
    outcomeKey: null,
    startedAtMs,
    cost: usd('0.10'),
  });
  const event = (
    key: string,
    status: OutcomeEvent['status'],
    occurredAtMs: number,
    receivedAtMs = occurredAtMs,
  ): OutcomeEvent => {
    return { traceId: null, key, status, occurredAtMs, receivedAtMs };
  };
  const traces = ['a', 'b', 'c', 'd'].map((id) => trace(id));
  const events = [
    event('a', 'failure', 2 * hour),
    event('a', 'success', hour),
    event('b', 'success', hour, 3 * day),
    event('c', 'success', 8 * day),
  ];

  test('the last by occurrence wins, and what came too late does not count', () => {
    const known = cohortAsOf(traces, events, 7 * day, 30 * day);
    expect(known.counts).toEqual({ success: 1, failure: 1, neutral: 0, undecided: 2 });
    expect(known).toMatchObject({
      costPerSuccess: usd('0.4'),
      costPerOutcome: usd('0.2'),
      decidedCostPerSuccess: usd('0.2'),
      provisional: false,
      expired: 2,
    });
  });

  test('an earlier "as of" stays what it was', () => {
    const known = cohortAsOf(traces, events, 7 * day, day);
    expect(known.counts).toEqual({ success: 0, failure: 1, neutral: 0, undecided: 3 });
    expect(known).toMatchObject({ costPerSuccess: null, provisional: true, undecidedShare: 0.75, expired: 0 });
  });
});

describe('forecast', () => {
  test('weeks with a quiet weekend are continued as such', () => {
    const week = ['10', '10', '10', '10', '10', '2', '2'].map(usd);
    const days = [...week, ...week, ...week, ...week];
    expect(forecastCost(days, 7)).toMatchObject({
      amount: usd('54'),
      low: usd('54'),
      high: usd('54'),
      method: 'weekday_seasonal',
      daysUsed: 28,
    });
    expect(forecastCost(days, 2)?.amount).toBe(usd('20'));
  });

  test('a trend fades', () => {
    const days = Array.from({ length: 28 }, (_, index) => usd(String(index)));
    const next = Number(forecastCost(days, 1)?.amount) / 1e12;
    const later = Number(forecastCost(days, 60)?.amount) / 1e12 / 60;
    expect(next).toBeGreaterThan(20);
    expect(later).toBeLessThan(40);
  });

  test('never below zero, and the same every time', () => {
    const days = Array.from({ length: 28 }, (_, index) => usd(index % 9 === 0 ? '100' : '0'));
    const [first, second] = [forecastCost(days, 3, 7), forecastCost(days, 3, 7)];
    expect(first).toEqual(second);
    expect(first?.low).toBeGreaterThanOrEqual(0n);
  });
});

describe('anomaly', () => {
  test.each([
    ['20', ['10', '10', '11', '9'], true],
    ['14', ['10', '10', '11', '9'], false],
    ['60', ['10', '50', '30', '40'], false],
    ['1', ['10', '10', '11', '9'], true],
  ])('%s after %j', (current, before, anomalous) => {
    expect(costAnomaly(usd(current), before.map(usd))?.anomalous).toBe(anomalous);
  });

  test('two weeks are nothing to compare with', () => {
    expect(costAnomaly(usd('9'), [usd('1'), usd('1')])).toBeNull();
  });

  test('terms sum to the difference', () => {
    const before = { cost: usd('10'), calls: 100, tokens: 100_000, uncachedCost: usd('12') };
    const after = { cost: usd('33'), calls: 150, tokens: 200_000, uncachedCost: usd('36') };
    const terms = decomposeCost(before, after);
    expect(terms.volume + terms.tokensPerRequest + terms.price + terms.cacheHitRate).toBe(usd('23'));
    expect(terms.volume).toBeGreaterThan(terms.tokensPerRequest);
    expect(
      decomposeCost(before, { ...before, cost: usd('20'), calls: 200, tokens: 200_000, uncachedCost: usd('24') }),
    ).toEqual({ volume: usd('10'), tokensPerRequest: 0n, price: 0n, cacheHitRate: 0n });
  });
});

describe('FOCUS', () => {
  const charge: FocusCharge = {
    day: '2026-12-31',
    kind: 'tokens',
    cost: usd('0.5'),
    quantity: '100',
    bucket: 'cache_read',
    unitPrice: '0.005',
    projectId: 'p',
    projectName: 'Shop, "EU"',
    provider: 'openai',
    model: 'gpt-4o',
    serviceTier: 'standard',
    feature: '=HYPERLINK("x")',
    team: null,
    customer: 'acme',
    promptVersion: null,
    environment: 'production',
    outcomes: null,
    outcomesSuccessful: null,
    allocationMethod: 'price-weighted',
    priceFallback: false,
  };

  test('the 21 mandatory columns come first, periods are half-open', () => {
    expect(focusColumns.slice(0, 21)).toContain('ServiceName');
    expect(focusRow(charge)).toMatchObject({
      BillingPeriodStart: '2026-12-01T00:00:00.000Z',
      BillingPeriodEnd: '2027-01-01T00:00:00.000Z',
      ChargePeriodEnd: '2027-01-01T00:00:00.000Z',
      EffectiveCost: '0.5',
      x_Team: '',
      Tags: '{"environment":"production"}',
    });
  });

  test('cells are quoted and formulas are defused', () => {
    const line = focusLine(charge);
    expect(line).toContain('"Shop, ""EU"""');
    expect(line).toContain(`"'=HYPERLINK(""x"")"`);
    expect(focusHeader().split(',')).toHaveLength(focusColumns.length);
  });
});

describe('usage', () => {
  const none = {
    input: 0,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
    output: 0,
    reasoning: 0,
    audio_in: 0,
    audio_out: 0,
    image_in: 0,
    image_out: 0,
  };

  test.each([
    [
      'cached audio counts once',
      {
        prompt_tokens: 100,
        completion_tokens: 0,
        total_tokens: 100,
        prompt_tokens_details: {
          cached_tokens: 40,
          audio_tokens: 50,
          cached_tokens_details: { audio_tokens: 30, text_tokens: 10 },
        },
      },
      null,
      { input: 40, cache_read: 40, audio_in: 20 },
    ],
    [
      'reasoning outside the completion, as the total tells',
      {
        prompt_tokens: 10,
        completion_tokens: 20,
        total_tokens: 35,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      null,
      { input: 10, output: 20, reasoning: 5 },
    ],
    [
      'OpenAI responses',
      {
        input_tokens: 10,
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 5 },
        input_tokens_details: { cached_tokens: 4 },
        total_tokens: 30,
      },
      'openai',
      { input: 6, cache_read: 4, output: 15, reasoning: 5 },
    ],
    ['Anthropic without caches', { input_tokens: 10, output_tokens: 20 }, 'anthropic', { input: 10, output: 20 }],
    [
      'Gemini with audio',
      {
        promptTokenCount: 50,
        cachedContentTokenCount: 10,
        candidatesTokenCount: 5,
        totalTokenCount: 55,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 30 },
          { modality: 'AUDIO', tokenCount: 20 },
        ],
      },
      null,
      { input: 20, cache_read: 10, audio_in: 20, output: 5 },
    ],
    [
      'Bedrock',
      { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 3, cacheWriteInputTokens: 2 },
      null,
      { input: 10, cache_read: 3, cache_write_5m: 2, output: 5 },
    ],
    [
      'AI SDK',
      { inputTokens: 10, outputTokens: 5, cachedInputTokens: 3, reasoningTokens: 1, totalTokens: 15 },
      null,
      { input: 7, cache_read: 3, output: 4, reasoning: 1 },
    ],
  ])('%s', (_, raw, provider, buckets) => {
    expect(normalizeUsage(raw, provider)).toEqual({ buckets: { ...none, ...buckets }, conflict: false, conflicts: [] });
  });

  test.each([
    [{ prompt_tokens: 10, completion_tokens: 5, total_tokens: 20 }],
    [{ prompt_tokens: 1.5 }],
    ['words'],
    [{ input_tokens: 5, cache_read_input_tokens: -1 }],
  ])('%j is a conflict', (raw) => {
    expect(normalizeUsage(raw).conflict).toBe(true);
  });

  test('inclusive counts of a dialect', () => {
    const usage = { input: 100, output: 50, cacheRead: 60, reasoning: 20 };
    expect(disjointBuckets({ ...usage, cacheInsideInput: true, reasoningInsideOutput: true }).buckets).toEqual({
      ...none,
      input: 40,
      cache_read: 60,
      output: 30,
      reasoning: 20,
    });
    expect(disjointBuckets({ ...usage, cacheInsideInput: false, reasoningInsideOutput: false }).buckets).toEqual({
      ...none,
      input: 100,
      cache_read: 60,
      output: 50,
      reasoning: 20,
    });
  });
});
