import { PlimsollError, serviceTiers, tokenBuckets, type ServiceTier, type TokenBucket } from '@plimsoll/contract';
import { parseDecimal, PRICE_SCALE } from '../money.js';
import { addPrices, emptyLayer, setPrice, type MatchKind, type ModelPrices, type PriceBook } from './book.js';

/** One model and period: matchers (`=` exact, `^` prefix, `*` substring, `$` suffix, `~` expression), from, to, prices. */
export type FileEntry = [matchers: string[], from: string | null, to: string | null, prices: Record<string, string>];

/**
 * The shipped price book. Prices are decimal USD per million tokens under keys
 * `bucket[>inputTokens][@serviceTier]`, e.g. `input>200000@priority`.
 */
export interface PriceBookFile {
  version: string;
  currency: 'USD';
  sources: { name: string; url: string; commit: string; date: string; licence: string; copyright: string }[];
  /** Models left out, with the reason, so that `unpriced` can be explained. */
  quarantined: [provider: string, model: string, reason: string][];
  providers: Record<string, FileEntry[]>;
}

const kinds: Readonly<Record<string, MatchKind>> = {
  '=': 'exact',
  '^': 'prefix',
  '*': 'contains',
  $: 'suffix',
  '~': 'regex',
};

export function priceKey(bucket: TokenBucket, above: number, tier: ServiceTier): string {
  return `${bucket}${above === 0 ? '' : `>${above}`}${tier === 'standard' ? '' : `@${tier}`}`;
}

function readKey(key: string): { bucket: TokenBucket; above: number; tier: ServiceTier } {
  const match = /^([a-z_0-9]+)(?:>(\d+))?(?:@([a-z]+))?$/.exec(key);
  const bucket = tokenBuckets.find((name) => name === match?.[1]);
  const tier = serviceTiers.find((name) => name === (match?.[3] ?? 'standard'));
  if (bucket === undefined || tier === undefined) throw new PlimsollError('internal', `price book: unknown key ${key}`);
  return { bucket, above: Number(match?.[2] ?? 0), tier };
}

/** Makes the shipped file usable. */
export function readPriceBookFile(file: PriceBookFile): PriceBook {
  const layer = emptyLayer('price_book');
  for (const [provider, entries] of Object.entries(file.providers)) {
    for (const [matchers, from, to, prices] of entries) {
      const entry: ModelPrices = {
        provider,
        model: matchers[0]?.slice(1) ?? '',
        fromMs: from === null ? -Infinity : Date.parse(from),
        toMs: to === null ? Infinity : Date.parse(to),
        source: file.version,
        prices: {},
      };
      for (const [key, perMillion] of Object.entries(prices)) {
        const { bucket, above, tier } = readKey(key);
        setPrice(entry, tier, bucket, { above, perToken: parseDecimal(perMillion, PRICE_SCALE - 6) });
      }
      for (const matcher of matchers) {
        const kind = kinds[matcher.charAt(0)];
        if (kind === undefined) throw new PlimsollError('internal', `price book: unknown matcher ${matcher}`);
        addPrices(layer, entry, kind, matcher.slice(1));
      }
    }
  }
  return { version: file.version, layers: [layer] };
}
