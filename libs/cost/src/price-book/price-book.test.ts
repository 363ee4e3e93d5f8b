import { describe, expect, test } from 'vitest';
import { priceSpan } from '../price.js';
import { withOverrides } from './book.js';
import { compilePriceBook } from './compile.js';
import { readPriceBookFile } from './file.js';
import { canonicalProvider } from './providers.js';
import { loadShippedPriceBook, shippedPriceBookFile } from './shipped.js';

const timeMs = Date.parse('2026-09-15T00:00:00Z');
const call = { provider: 'openai', responseModel: 'gpt-4o', requestModel: null, timeMs, buckets: { input: 1_000_000 } };

describe('the shipped price book', () => {
  test('names its sources with licence and commit', () => {
    const file = shippedPriceBookFile();
    expect(file.sources.every(({ licence, commit }) => licence === 'MIT' && commit !== '')).toBe(true);
    expect(Object.values(file.providers).flat().length).toBeGreaterThan(2500);
    expect(file.quarantined.some(([provider]) => provider === 'wandb')).toBe(true);
  });

  test.each([
    ['OpenAI', 'gpt-4o-mini-2024-07-18', 150_000_000_000n],
    ['openai.chat', 'gpt-4o', 2_500_000_000_000n],
    ['anthropic', 'claude-sonnet-4-5-20250929', 6_000_000_000_000n],
    ['gcp.gemini', 'gemini-2.5-flash', 300_000_000_000n],
    ['mistral_ai', 'mistral-large-latest', 500_000_000_000n],
    [null, 'claude-sonnet-4-5', 6_000_000_000_000n],
    [null, 'openai/gpt-4o', 2_500_000_000_000n],
    ['google', 'models/gemini-2.5-flash', 300_000_000_000n],
    ['gcp.vertex_ai', 'publishers/google/models/gemini-2.5-flash', 300_000_000_000n],
  ])('a million input tokens of %s %s', (provider, responseModel, cost) => {
    expect(priceSpan(loadShippedPriceBook(), { ...call, provider, responseModel }).cost).toBe(cost);
  });

  test('a book that has answered before answers like a fresh one', () => {
    const asked = loadShippedPriceBook();
    const models = ['claude-sonnet-5', 'gpt-4o', 'gemini-2.5-flash', 'o3', 'nobody', 'gpt-4o\n', ',4,o3', ''];
    const days = ['2024-01-01', '2025-06-09', '2025-06-10', '2025-06-11', '2026-08-31', '2026-09-01', '2026-11-22'];
    for (const day of [...days, ...days.toReversed()]) {
      for (const provider of [null, '', 'openai', 'anthropic', 'gcp.gemini', 'openai,6']) {
        for (const responseModel of models) {
          const query = { ...call, provider, responseModel, requestModel: 'gpt-4o', timeMs: Date.parse(day) };
          expect(priceSpan(asked, query)).toEqual(priceSpan({ ...asked }, query));
        }
      }
    }
  });

  test('a dated price holds from its day', () => {
    const at = (day: string) =>
      priceSpan(loadShippedPriceBook(), {
        ...call,
        provider: 'anthropic',
        responseModel: 'claude-sonnet-5',
        timeMs: Date.parse(day),
      }).cost;
    expect([at('2026-08-31T23:59:59Z'), at('2026-09-01T00:00:00Z')]).toEqual([2_000_000_000_000n, 3_000_000_000_000n]);
  });

  test('the billed model is preferred to the requested one, which still serves when the billed one is unknown', () => {
    const models = { responseModel: 'gpt-4o-mini', requestModel: 'gpt-4o' };
    expect(priceSpan(loadShippedPriceBook(), { ...call, ...models }).cost).toBe(150_000_000_000n);
    expect(priceSpan(loadShippedPriceBook(), { ...call, ...models, responseModel: 'router-7' }).cost).toBe(
      2_500_000_000_000n,
    );
  });

  test('a project price wins for its bucket, the book serves the others', () => {
    const book = withOverrides(loadShippedPriceBook(), [
      { provider: 'openai', model: 'gpt-4o', bucket: 'input', perToken: '0.000001' },
    ]);
    const priced = priceSpan(book, { ...call, buckets: { input: 10, cache_read: 10, output: 10 } });
    expect(priced.lines.map(({ cost }) => cost)).toEqual([10n ** 13n, 125n * 10n ** 11n, 10n ** 14n]);
    expect(priced).toMatchObject({ source: 'override', fallback: false, cost: 122_500_000n });
  });

  test('a reported cost wins and ours is kept beside it', () => {
    expect(priceSpan(loadShippedPriceBook(), { ...call, reportedCost: 5n })).toMatchObject({
      cost: 5n,
      computedCost: 2_500_000_000_000n,
      source: 'reported',
    });
  });
});

describe('joining the catalogues', () => {
  const texts = {
    version: 'v',
    sources: [],
    litellmDate: '2026-07-24',
    litellm: JSON.stringify({
      a: {
        litellm_provider: 'openai',
        input_cost_per_token: 0.000001,
        output_cost_per_token: 0.000002,
        input_cost_per_token_above_128k_tokens_priority: 0.000009,
      },
      free: { litellm_provider: 'openai', input_cost_per_token: 0, output_cost_per_token: 0 },
      picture: { litellm_provider: 'openai', output_cost_per_image: 0.04 },
      dear: { litellm_provider: 'openai', input_cost_per_token: 0.055, output_cost_per_token: 0.165 },
      'x/same': { litellm_provider: 'x', input_cost_per_token: 0.000001 },
      'bedrock_converse/b': { litellm_provider: 'bedrock_converse', input_cost_per_token: 0.000001 },
      'bedrock_mantle/b': { litellm_provider: 'bedrock_mantle', input_cost_per_token: 0.000002 },
      fallback_generalizations: {},
    }),
    genaiPrices: JSON.stringify([
      {
        id: 'openai',
        models: [
          {
            id: 'a',
            match: { or: [{ equals: 'a' }, { starts_with: 'a-' }] },
            prices: [
              { prices: { input_mtok: 10 } },
              { constraint: { start_date: '2026-01-01' }, prices: { input_mtok: 1 } },
            ],
          },
        ],
      },
    ]),
  };

  test('dates come from one, tiers from the other, suspicious prices are held back', () => {
    const file = compilePriceBook(texts);
    expect(file.providers['openai']).toEqual([
      [['=a'], null, '2026-01-01', { input: '10' }],
      [['=a'], '2026-01-01', null, { input: '1', output: '2', 'input>128000@priority': '9' }],
      [['^a-'], null, '2026-01-01', { input: '10' }],
      [['^a-'], '2026-01-01', null, { input: '1' }],
    ]);
    expect(file.providers['x']).toEqual([[['=same'], null, null, { input: '1' }]]);
    expect(file.quarantined.map(([, model]) => model)).toEqual(['free', 'dear', 'b']);
    expect(() => readPriceBookFile(file)).not.toThrow();
  });

  test('a tenfold move between two snapshots waits for a human', () => {
    const previous = compilePriceBook(texts);
    const litellm = texts.litellm.replace(
      '0.000001,"output_cost_per_token":0.000002',
      '0.000011,"output_cost_per_token":0.000002',
    );
    expect(compilePriceBook({ ...texts, litellm, previous }).quarantined.at(-1)?.[2]).toMatch(/moved from 1 to 11/);
  });

  test.each([
    ['aws.bedrock', 'bedrock'],
    ['vertex_ai-anthropic_models', 'vertex_ai'],
    ['Google', 'gemini'],
    ['openai.responses', 'openai'],
    ['somebody-new', 'somebody-new'],
  ])('%s is %s', (written, canonical) => {
    expect(canonicalProvider(written)).toBe(canonical);
  });
});
