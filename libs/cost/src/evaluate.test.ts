import { PlimsollError } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { evaluateCost } from './evaluate.js';

const at = '2026-08-01T00:00:00Z';

interface Case {
  name: string;
  request: Record<string, unknown>;
  cost: string | null;
  flags?: string[];
}

// Amounts are the worked examples of the cost model and hand-made arithmetic on the catalogues' prices.
const cases: Case[] = [
  {
    name: 'cached input is inside the prompt count of OpenAI and counted once',
    request: {
      provider: 'openai',
      model: 'gpt-4o',
      usage: {
        prompt_tokens: 17903,
        completion_tokens: 500,
        total_tokens: 18403,
        prompt_tokens_details: { cached_tokens: 17817 },
      },
    },
    cost: '0.02748625',
  },
  {
    name: 'Gemini thinks outside its candidates',
    request: {
      provider: 'gcp.gemini',
      model: 'gemini-3-pro-preview',
      usage: { promptTokenCount: 324, candidatesTokenCount: 1364, thoughtsTokenCount: 495, totalTokenCount: 2183 },
    },
    cost: '0.022956',
    flags: ['price_fallback'],
  },
  {
    name: 'reasoning of o3 is inside its completion',
    request: {
      provider: 'openai',
      model: 'o3',
      usage: { prompt_tokens: 1000, completion_tokens: 1500, completion_tokens_details: { reasoning_tokens: 1200 } },
    },
    cost: '0.014',
    flags: ['price_fallback'],
  },
  {
    name: 'o3 before its price fell',
    request: {
      provider: 'openai',
      model: 'o3',
      at: '2025-06-09',
      usage: { input_tokens: 1000, output_tokens: 300, total_tokens: 1300 },
    },
    cost: '0.022',
  },
  {
    name: 'audio output has its own price',
    request: {
      provider: 'openai',
      model: 'gpt-4o-audio-preview',
      usage: { prompt_tokens: 17, completion_tokens: 592, completion_tokens_details: { audio_tokens: 482 } },
    },
    cost: '0.0397025',
  },
  {
    name: 'Anthropic counts caches beside the input, and the tier moves every bucket',
    request: {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      usage: { input_tokens: 1, cache_read_input_tokens: 200000, output_tokens: 10 },
    },
    // 200,001 > 200,000: 1 x 6 + 200,000 x 0.6 + 10 x 22.5 per million
    cost: '0.120231',
  },
  {
    name: 'exactly the threshold is below it',
    request: {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      usage: { input_tokens: 0, cache_read_input_tokens: 200000, output_tokens: 10 },
    },
    cost: '0.06015',
  },
  {
    name: 'cache writes of both lives',
    request: {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5-20250929',
      usage: {
        input_tokens: 10,
        output_tokens: 0,
        cache_creation_input_tokens: 1000,
        cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 600 },
      },
    },
    // 10 x 3 + (300 + 100) x 3.75 + 600 x 6 per million
    cost: '0.00513',
  },
  {
    name: 'a batch bucket without a batch price costs the standard one, marked',
    request: {
      provider: 'openai',
      model: 'gpt-4o',
      serviceTier: 'batch',
      usage: { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 400 } },
    },
    // 600 x 1.25 + 400 x 1.25 + 100 x 5 per million
    cost: '0.00175',
    flags: ['price_fallback'],
  },
  {
    name: 'an unknown model has no cost',
    request: { provider: 'openai', model: 'no-such-model', usage: { prompt_tokens: 10, completion_tokens: 5 } },
    cost: null,
    flags: ['unpriced'],
  },
  {
    name: 'an implausible catalogue price is held back',
    request: {
      provider: 'wandb',
      model: 'deepseek-ai/DeepSeek-V3.1',
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    },
    cost: null,
    flags: ['unpriced'],
  },
  {
    name: 'more cached tokens than prompt tokens is a conflict, the certain part is priced',
    request: {
      provider: 'openai',
      model: 'gpt-4o',
      usage: { prompt_tokens: 100, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 150 } },
    },
    cost: '0.0002875',
    flags: ['usage_conflict'],
  },
  {
    name: 'no tokens cost nothing',
    request: { provider: 'openai', model: 'gpt-4o', usage: { prompt_tokens: 0, completion_tokens: 0 } },
    cost: '0',
  },
  {
    name: 'a usage without any known count has no known cost',
    request: { provider: 'openai', model: 'gpt-4o', usage: { words: 7 } },
    cost: null,
    flags: ['usage_conflict'],
  },
  {
    name: 'a negative count is a conflict',
    request: { provider: 'openai', model: 'gpt-4o', buckets: { input: -5, output: 100 } },
    cost: '0.001',
    flags: ['usage_conflict'],
  },
];

describe('eval cost: requests', () => {
  test.each(cases)('$name', ({ request, cost, flags = [] }) => {
    const result = evaluateCost({ requests: [{ at, ...request }] }) as {
      requests: { cost: string | null; flags: string[] }[];
    };
    expect(result.requests[0]?.cost).toBe(cost);
    expect(result.requests[0]?.flags).toEqual(flags);
  });

  test('own prices: dated, tiered, by prefix; the total is the sum', () => {
    const base = { provider: 'acme', model: 'boat-*', bucket: 'input' };
    const result = evaluateCost({
      prices: [
        { ...base, perToken: '0.000003', validTo: '2026-01-01' },
        { ...base, perToken: '0.000002', validFrom: '2026-01-01' },
        { ...base, perToken: '0.000001', validFrom: '2026-01-01', serviceTier: 'batch' },
        { ...base, perToken: '0.000004', validFrom: '2026-01-01', aboveInputTokens: 1000 },
      ],
      requests: [
        { provider: 'acme', model: 'boat-1', at: '2025-12-31T23:59:59Z', buckets: { input: 10 } },
        { provider: 'acme', model: 'boat-1', at: '2026-01-01T00:00:00Z', buckets: { input: 10 } },
        { provider: 'acme', model: 'boat-1', at: '2026-01-01T00:00:00Z', serviceTier: 'batch', buckets: { input: 10 } },
        { provider: 'acme', model: 'boat-1', at: '2026-01-01T00:00:00Z', buckets: { input: 1001 } },
        { provider: 'acme', model: 'boat-1', at: '2026-01-01T00:00:00Z', buckets: { input: 1, output: 7 } },
      ],
    }) as { requests: { cost: string }[]; total: string; unpricedTokens: number };
    expect(result.requests.map(({ cost }) => cost)).toEqual(['0.00003', '0.00002', '0.00001', '0.004004', '0.000002']);
    expect(result.total).toBe('0.004066');
    expect(result.unpricedTokens).toBe(7);
  });

  test('sums of many tiny amounts are exact', () => {
    const prices = [{ provider: 'p', model: 'm', bucket: 'input', perToken: '0.0000003' }];
    const requests = Array.from({ length: 17817 }, () => ({ provider: 'p', model: 'm', at, buckets: { input: 1 } }));
    expect(evaluateCost({ prices, requests })).toMatchObject({ total: '0.0053451' });
  });
});

describe('eval cost: the other forms', () => {
  test('GPU hour: two tenants, unseen work and idle time sum to the whole', () => {
    expect(
      evaluateCost({
        gpuHour: {
          gpus: 2,
          hourlyRate: '2.50',
          busySeconds: 2700,
          parts: [
            { name: 'A', promptTokens: 600_000, outputTokens: 100_000 },
            { name: 'B', promptTokens: 200_000, outputTokens: 50_000 },
          ],
          unseen: { promptTokens: 100_000, outputTokens: 0 },
        },
      }),
    ).toEqual({
      total: '5',
      busy: '3.75',
      idle: '1.25',
      coldStart: '0',
      unallocated: '0.25',
      parts: [
        { name: 'A', cost: '2.5' },
        { name: 'B', cost: '1' },
      ],
    });
  });

  test('a busy hour without any counted work is unallocated, not lost', () => {
    const gpuHour = {
      gpus: [{ hourlyRate: '2.50', share: '0.5' }],
      busySeconds: 3600,
      parts: [{ name: 'A', promptTokens: 0, outputTokens: 0 }],
    };
    expect(evaluateCost({ gpuHour })).toMatchObject({
      total: '1.25',
      idle: '0',
      unallocated: '1.25',
      parts: [{ cost: '0' }],
    });
  });

  test('outcomes on day one and at the end of the window', () => {
    const first = evaluateCost({ outcomes: { cost: '12.40', success: 310, failure: 150, undecided: 540 } });
    expect(first).toMatchObject({
      costPerOutcome: '0.026956521739',
      costPerSuccess: '0.04',
      provisional: true,
      undecidedShare: 0.54,
    });
    const last = evaluateCost({
      outcomes: { cost: '12.40', success: 620, failure: 330, undecided: 50, windowEnded: true },
    });
    expect(last).toMatchObject({
      costPerOutcome: '0.013052631579',
      costPerSuccess: '0.02',
      provisional: false,
      expired: 50,
    });
    expect(evaluateCost({ outcomes: { cost: '1', success: 0, failure: 3 } })).toMatchObject({ costPerSuccess: 'none' });
  });

  test('a split by largest remainder', () => {
    expect(evaluateCost({ split: { amount: '10.00', weights: [1, 1, 1] } })).toEqual({
      parts: ['3.333333333334', '3.333333333333', '3.333333333333'],
    });
  });

  test('a forecast needs three full days', () => {
    expect(evaluateCost({ forecast: { days: ['1', '2'], horizonDays: 7 } })).toEqual({ forecast: null });
    // mean 12, s = 2, n = 3: 4.3027 x 2 x sqrt(2 + 4/3) = 15.711239 around 24
    expect(evaluateCost({ forecast: { days: ['10', '12', '14'], horizonDays: 2 } })).toEqual({
      forecast: { amount: '24', low: '8.288761', high: '39.711239', method: 'mean_of_last_days', daysUsed: 3 },
    });
  });

  test.each([
    [
      { requests: [{ provider: 'openai', model: 'gpt-4o', at, usage: {}, colour: 1 }] },
      /requests\.0\.colour: is not a known field/,
    ],
    [{ requests: [{ provider: 'openai', model: 'gpt-4o', at }] }, /requests\.0: exactly one of usage and buckets/],
    [{ split: { amount: 'ten', weights: [1] } }, /split\.amount/],
    [{ split: { amount: '1', weights: [0] } }, /weights/],
    [{}, /exactly one of requests/],
    [null, /input/],
  ])('bad input names the field: %j', (input, message) => {
    expect(() => evaluateCost(input)).toThrow(PlimsollError);
    expect(() => evaluateCost(input)).toThrow(message);
  });
});
