import type { ServiceTier, TokenBucket } from '@plimsoll/contract';
import { divideHalfEven, parseDecimal, PRICE_SCALE, printDecimal } from '../money.js';
import { priceKey } from './file.js';
import { quoteNumbers } from './lexeme.js';
import { canonicalProvider } from './providers.js';

/** A price above this many USD per token is a unit mistake of the catalogue (1e-18 units). */
const implausible = parseDecimal('0.001', PRICE_SCALE);

const bucketOf: Readonly<Record<string, TokenBucket>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cache_read',
  input_cost_per_token_cache_hit: 'cache_read',
  cache_creation_input_token_cost: 'cache_write_5m',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audio_in',
  output_cost_per_audio_token: 'audio_out',
  input_cost_per_image_token: 'image_in',
  output_cost_per_image_token: 'image_out',
};

const tierOf: Readonly<Record<string, ServiceTier>> = { _batches: 'batch', _flex: 'flex', _priority: 'priority' };

type Fields = Readonly<Record<string, unknown>>;

export interface CatalogueModel {
  provider: string;
  /** The catalogue's own provider name, to pick one of several that mean the same provider. */
  written: string;
  model: string;
  prices: Record<string, string>;
}

export interface Catalogue {
  models: CatalogueModel[];
  quarantined: [provider: string, model: string, reason: string][];
}

/** USD per token as a decimal of USD per million tokens, at most 18 digits per token. */
function perMillion(perToken: bigint): string {
  return printDecimal(perToken, PRICE_SCALE - 6);
}

function readField(name: string): { bucket: TokenBucket; above: number; tier: ServiceTier } | undefined {
  const suffix = /_(batches|flex|priority)$/.exec(name)?.[0];
  const rest = suffix === undefined ? name : name.slice(0, -suffix.length);
  const threshold = /_above_(\d+)k_tokens$/.exec(rest);
  const base = threshold === null ? rest : rest.slice(0, -threshold[0].length);
  const bucket = Object.hasOwn(bucketOf, base) ? bucketOf[base] : undefined;
  if (bucket === undefined) return undefined;
  return {
    bucket,
    above: Number(threshold?.[1] ?? 0) * 1000,
    tier: suffix === undefined ? 'standard' : (tierOf[suffix] ?? 'standard'),
  };
}

function addFields(prices: Map<string, bigint>, fields: Fields, above?: number): void {
  for (const [name, lexeme] of Object.entries(fields)) {
    const field = typeof lexeme === 'string' ? readField(name) : undefined;
    if (field === undefined) continue;
    const key = priceKey(field.bucket, above ?? field.above, field.tier);
    if (name === 'input_cost_per_token_cache_hit' && prices.has(key)) continue;
    prices.set(key, parseDecimal(lexeme as string, PRICE_SCALE, name));
  }
}

function pricesOf(fields: Fields): Map<string, bigint> {
  const prices = new Map<string, bigint>();
  addFields(prices, fields);
  const steps = fields['tiered_pricing'];
  for (const step of Array.isArray(steps) ? (steps as Fields[]) : []) {
    const range = step['range'];
    const start = Array.isArray(range) ? Number(range[0]) : Number.NaN;
    if (Number.isSafeInteger(start)) addFields(prices, step, start);
  }
  return prices;
}

function faultOf(prices: ReadonlyMap<string, bigint>): string | undefined {
  for (const [key, price] of prices) {
    if (price > implausible) return `${key} is ${printDecimal(price, PRICE_SCALE)} USD per token, over 0.001`;
    if (price < 0n) return `${key} is negative`;
  }
  const main = [...prices].filter(([key]) => key.startsWith('input') || key.startsWith('output'));
  return main.length > 0 && main.every(([, price]) => price === 0n) ? 'input and output price are 0' : undefined;
}

function modelName(key: string, written: string): string {
  const family = written.startsWith('vertex_ai-') ? 'vertex_ai' : written === 'bedrock_converse' ? 'bedrock' : written;
  for (const prefix of [written, family]) if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key;
}

/** Reads LiteLLM's model_prices_and_context_window.json; entries without any token price are skipped. */
export function readLitellm(json: string): Catalogue {
  const catalogue: Catalogue = { models: [], quarantined: [] };
  const file = JSON.parse(quoteNumbers(json)) as Record<string, Fields>;
  for (const [key, fields] of Object.entries(file)) {
    const written = fields['litellm_provider'];
    if (typeof written !== 'string') continue;
    const prices = pricesOf(fields);
    if (prices.size === 0) continue;
    const provider = canonicalProvider(written);
    const model = modelName(key, written);
    const fault = faultOf(prices);
    if (fault === undefined) {
      const printed = Object.fromEntries([...prices].map(([name, price]) => [name, perMillion(price)]));
      catalogue.models.push({ provider, written, model, prices: printed });
    } else catalogue.quarantined.push([provider, model, fault]);
  }
  return catalogue;
}

/** Whether two prices of a model differ by more than ten times: such a jump between snapshots wants a human's eye. */
export function jumps(previous: string, next: string): boolean {
  const [a, b] = [parseDecimal(previous, PRICE_SCALE), parseDecimal(next, PRICE_SCALE)];
  if (a === 0n || b === 0n) return a !== b;
  return divideHalfEven(a, b) > 10n || divideHalfEven(b, a) > 10n;
}
