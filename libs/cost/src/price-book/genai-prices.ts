import { parseDecimal, PRICE_SCALE, printDecimal } from '../money.js';
import { quoteNumbers } from './lexeme.js';
import { canonicalProvider } from './providers.js';

interface Tiered {
  base: string;
  tiers: { start: string; price: string }[];
}
type Match = {
  or?: Match[];
  equals?: string;
  starts_with?: string;
  contains?: string;
  ends_with?: string;
  regex?: string;
};
type Prices = Record<string, string | Tiered>;
interface Dated {
  constraint?: { start_date?: string; start_time?: string };
  prices: Prices;
}
interface Model {
  id: string;
  match: Match;
  prices: Prices | Dated[];
}

export interface GenaiModel {
  provider: string;
  matchers: string[];
  /** In order of time; the first has no start. */
  periods: { from: string | null; prices: Record<string, string> }[];
}

const bucketKeys: Readonly<Record<string, string[]>> = {
  input_mtok: ['input'],
  output_mtok: ['output'],
  cache_read_mtok: ['cache_read'],
  cache_write_mtok: ['cache_write_5m'],
  input_audio_mtok: ['audio_in'],
  output_audio_mtok: ['audio_out'],
};

function matchersOf(match: Match): string[] {
  if (match.or !== undefined) return match.or.flatMap(matchersOf);
  if (match.equals !== undefined) return [`=${match.equals}`];
  if (match.starts_with !== undefined) return [`^${match.starts_with}`];
  if (match.contains !== undefined) return [`*${match.contains}`];
  if (match.ends_with !== undefined) return [`$${match.ends_with}`];
  return match.regex === undefined ? [] : [`~${match.regex}`];
}

/** Shortest decimal of a lexeme in USD per million tokens. */
function plain(lexeme: string): string {
  return printDecimal(parseDecimal(lexeme, PRICE_SCALE - 6), PRICE_SCALE - 6);
}

function pricesOf(prices: Prices): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, price] of Object.entries(prices)) {
    for (const bucket of bucketKeys[name] ?? []) {
      if (typeof price === 'string') out[bucket] = plain(price);
      else {
        out[bucket] = plain(price.base);
        for (const { start, price: above } of price.tiers) out[`${bucket}>${start}`] = plain(above);
      }
    }
  }
  return out;
}

/** Prices that hold only at some time of day are left out: the day's standing price is used. */
function periodsOf(prices: Prices | Dated[]): GenaiModel['periods'] {
  if (!Array.isArray(prices)) return [{ from: null, prices: pricesOf(prices) }];
  return prices
    .filter(({ constraint }) => constraint?.start_time === undefined)
    .map(({ constraint, prices: dated }) => ({ from: constraint?.start_date ?? null, prices: pricesOf(dated) }))
    .sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''));
}

/** Reads pydantic/genai-prices data_slim.json. Resellers' mirrors on Hugging Face are left out. */
export function readGenaiPrices(json: string): GenaiModel[] {
  const file = JSON.parse(quoteNumbers(json)) as { id: string; models: Model[] }[];
  const models: GenaiModel[] = [];
  for (const { id, models: listed } of file) {
    if (id.startsWith('huggingface_')) continue;
    for (const model of listed) {
      const periods = periodsOf(model.prices).filter(({ prices }) =>
        Object.values(prices).some((price) => price !== '0'),
      );
      const matchers = matchersOf(model.match);
      if (periods.length === 0 || matchers.length === 0) continue;
      const providers = id === 'google' ? ['gemini', 'vertex_ai'] : [canonicalProvider(id)];
      for (const provider of providers) models.push({ provider, matchers, periods });
    }
  }
  return models;
}
