import { type TokenBuckets, tokenBuckets } from '@plimsoll/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceCards } from './price-card.js';
import { loadShippedPriceBook } from './price-book/shipped.js';
import { priceSpan } from './price.js';

const book = loadShippedPriceBook();
const cards = priceCards(book);
const names = [
  'gpt-4o',
  'gpt-4o-mini-2024-07-18',
  'gemini-2.5-pro',
  'claude-sonnet-4-5',
  'nobody-knows',
  'text-embedding-3-small',
];
const known = new Map(names.map((text, serial) => [text, { text, serial: serial + 10 }]));
const providers = new Map(
  ['openai', 'anthropic', 'gcp.gemini'].map((text, serial) => [text, { text, serial: serial + 1 }]),
);

test('a quote is what priceSpan says', () => {
  let quoted = 0;
  const count = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(5_000), fc.nat(2 ** 31));
  fc.assert(
    fc.property(
      fc.constantFrom(...known.values(), null),
      fc.constantFrom(...known.values(), null),
      fc.constantFrom(...providers.values(), null),
      fc.constantFrom(null, 'batch', 'priority', 'whatever'),
      fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2027, 0) }),
      fc.tuple(...tokenBuckets.map(() => count)),
      (response, request, provider, serviceTier, timeMs, counts) => {
        const tokens = Object.fromEntries(tokenBuckets.map((bucket, index) => [bucket, counts[index]])) as TokenBuckets;
        const card = cards.cardOf(provider, response, request, serviceTier, timeMs);
        if (!card.quote(counts)) return;
        quoted += 1;
        const priced = priceSpan(book, {
          provider: provider?.text ?? null,
          responseModel: response?.text ?? null,
          requestModel: request?.text ?? null,
          serviceTier,
          timeMs,
          buckets: tokens,
        });
        expect({
          cost: card.isPriced ? BigInt(card.cost) : null,
          fallback: card.fallback,
          unpricedTokens: card.unpricedTokens,
        }).toEqual({ cost: priced.cost, fallback: priced.fallback, unpricedTokens: priced.unpricedTokens });
      },
    ),
    { numRuns: 3_000 },
  );
  expect(quoted).toBeGreaterThan(1_000);
});
