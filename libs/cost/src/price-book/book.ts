import { PlimsollError, type PriceRow, type ServiceTier, serviceTiers, type TokenBucket } from '@plimsoll/contract';
import { parseDecimal, PRICE_SCALE, printDecimal } from '../money.js';
import { canonicalProvider } from './providers.js';

export interface UnitPrice {
  /** Strictly more total input tokens than this; 0 = the base price. */
  above: number;
  /** Integer count of 1e-18 USD per token. */
  perToken: bigint;
}

export type MatchKind = 'exact' | 'prefix' | 'contains' | 'suffix' | 'regex';

/** The dated prices of one model of one provider from one source. */
export interface ModelPrices {
  provider: string;
  model: string;
  /** Epoch milliseconds, half-open. */
  fromMs: number;
  toMs: number;
  source: string;
  /** Per service tier and bucket, the highest threshold first. */
  prices: Partial<Record<ServiceTier, Partial<Record<TokenBucket, UnitPrice[]>>>>;
}

interface Pattern {
  kind: Exclude<MatchKind, 'exact'>;
  text: string;
  expression?: RegExp;
  entry: ModelPrices;
}

/** What one provider's models cost, in one layer. */
interface ProviderPrices {
  exact: Map<string, ModelPrices[]>;
  patterns: Pattern[];
}

export interface PriceLayer {
  source: 'override' | 'price_book';
  providers: Map<string, ProviderPrices>;
}

/** Layers in order of precedence; immutable once built. */
export interface PriceBook {
  version: string;
  layers: readonly PriceLayer[];
}

/** Whose price holds when telemetry names a model but no provider: the model's own maker, in this order. */
const makers = ['openai', 'anthropic', 'gemini', 'mistral', 'xai', 'deepseek', 'cohere', 'moonshot', 'voyage'] as const;

export function emptyLayer(source: PriceLayer['source']): PriceLayer {
  return { source, providers: new Map() };
}

export function addPrices(layer: PriceLayer, entry: ModelPrices, kind: MatchKind, text: string): void {
  let provider = layer.providers.get(entry.provider);
  if (provider === undefined) layer.providers.set(entry.provider, (provider = { exact: new Map(), patterns: [] }));
  if (kind === 'exact') {
    const list = provider.exact.get(text);
    if (list === undefined) provider.exact.set(text, [entry]);
    else list.push(entry);
  } else {
    provider.patterns.push({ kind, text, entry, ...(kind === 'regex' ? { expression: new RegExp(text, 'u') } : {}) });
  }
}

export function setPrice(entry: ModelPrices, tier: ServiceTier, bucket: TokenBucket, price: UnitPrice): void {
  const buckets = (entry.prices[tier] ??= {});
  const list = (buckets[bucket] ??= []);
  list.push(price);
  list.sort((a, b) => b.above - a.above);
}

function matches(pattern: Pattern, model: string): boolean {
  switch (pattern.kind) {
    case 'prefix':
      return model.startsWith(pattern.text);
    case 'suffix':
      return model.endsWith(pattern.text);
    case 'contains':
      return model.includes(pattern.text);
    case 'regex':
      return pattern.expression?.test(model) === true;
  }
}

const patternOrder: readonly Pattern['kind'][] = ['prefix', 'contains', 'suffix', 'regex'];

function valid(entry: ModelPrices, timeMs: number): boolean {
  return entry.fromMs <= timeMs && timeMs < entry.toMs;
}

/** Exact name, then the longest matching prefix, then the longest substring, then an expression, all valid at the time. */
function findInProvider(prices: ProviderPrices, model: string, timeMs: number): ModelPrices | undefined {
  const exact = prices.exact.get(model)?.find((entry) => valid(entry, timeMs));
  if (exact !== undefined) return exact;
  for (const kind of patternOrder) {
    let best: Pattern | undefined;
    for (const pattern of prices.patterns) {
      if (pattern.kind !== kind || (best !== undefined && pattern.text.length <= best.text.length)) continue;
      if (matches(pattern, model) && valid(pattern.entry, timeMs)) best = pattern;
    }
    if (best !== undefined) return best.entry;
  }
  return undefined;
}

/** Google's clients write `models/gemini-...` and `publishers/google/models/gemini-...` for the same model. */
const modelPath = /^(?:publishers\/[^/]+\/)?models\//;

/** Where to look for a model: its provider, or its maker when telemetry names none. */
function placesOf(provider: string | null, model: string): [provider: string, model: string][] {
  const bare = model.replace(modelPath, '');
  const names = bare === model ? [model] : [model, bare];
  if (provider !== null) return names.map((name) => [provider, name]);
  const slash = bare.indexOf('/');
  const routed: [string, string][] =
    slash > 0 ? [[canonicalProvider(bare.slice(0, slash)), bare.slice(slash + 1)]] : [];
  return [...makers.flatMap((maker) => names.map((name): [string, string] => [maker, name])), ...routed];
}

function findInLayer(
  layer: PriceLayer,
  provider: string | null,
  model: string,
  timeMs: number,
): ModelPrices | undefined {
  for (const [name, wanted] of placesOf(provider, model)) {
    const prices = layer.providers.get(name);
    const found = prices === undefined ? undefined : findInProvider(prices, wanted, timeMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface FoundPrices {
  entry: ModelPrices;
  source: PriceLayer['source'];
}

/** Per layer the prices of the first of the models (the billed name first) that the layer knows at this time. */
export function findPrices(
  book: PriceBook,
  provider: string | null,
  models: readonly (string | null)[],
  timeMs: number,
): readonly FoundPrices[] {
  const answers = answersOf(book);
  // Names may contain any character: each is told by its length.
  let key = String(periodOf(answers.dates, timeMs));
  for (const name of [provider, ...models]) key += `,${name?.length ?? 0},${name ?? ''}`;
  let found = answers.known.get(key);
  if (found === undefined) {
    if (answers.known.size >= mostAnswers) answers.known.clear();
    found = searchPrices(book, provider, models, timeMs);
    answers.known.set(key, found);
  }
  return found;
}

/** What a book has answered. Between two dates at which some price of the book changes, the answer to a name is one. */
interface Answers {
  readonly dates: readonly number[];
  readonly known: Map<string, readonly FoundPrices[]>;
}

/** Names come from telemetry; invented ones must not fill the memory. */
const mostAnswers = 10_000;
const answersOfBooks = new WeakMap<PriceBook, Answers>();

function answersOf(book: PriceBook): Answers {
  let known = answersOfBooks.get(book);
  if (known === undefined) {
    const dates = new Set<number>();
    for (const { providers } of book.layers) {
      for (const { exact, patterns } of providers.values()) {
        const entries = [...[...exact.values()].flat(), ...patterns.map(({ entry }) => entry)];
        for (const { fromMs, toMs } of entries) dates.add(fromMs).add(toMs);
      }
    }
    known = { dates: [...dates].toSorted((left, right) => left - right), known: new Map() };
    answersOfBooks.set(book, known);
  }
  return known;
}

/** How many of the dates lie at or before a time. */
function periodOf(dates: readonly number[], timeMs: number): number {
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (dates[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The period around a time in which no price of the book begins or ends; half-open, epoch milliseconds. */
export function pricePeriod(book: PriceBook, timeMs: number): { fromMs: number; toMs: number } {
  const { dates } = answersOf(book);
  const period = periodOf(dates, timeMs);
  return { fromMs: dates[period - 1] ?? -Infinity, toMs: dates[period] ?? Infinity };
}

function searchPrices(
  book: PriceBook,
  provider: string | null,
  models: readonly (string | null)[],
  timeMs: number,
): FoundPrices[] {
  const canonical = provider === null || provider === '' ? null : canonicalProvider(provider);
  const found: FoundPrices[] = [];
  for (const layer of book.layers) {
    for (const model of models) {
      const entry = model === null || model === '' ? undefined : findInLayer(layer, canonical, model, timeMs);
      if (entry !== undefined) {
        found.push({ entry, source: layer.source });
        break;
      }
    }
  }
  return found;
}

function patternOf(model: string, field: string): { kind: MatchKind; text: string } {
  if (model.length > 2 && model.startsWith('/') && model.endsWith('/')) {
    const text = model.slice(1, -1);
    try {
      return { kind: 'regex', text: new RegExp(text, 'u').source };
    } catch (cause) {
      throw new PlimsollError('invalid_input', `${field}: "${text}" is not a regular expression`, { field, cause });
    }
  }
  return model.endsWith('*') ? { kind: 'prefix', text: model.slice(0, -1) } : { kind: 'exact', text: model };
}

function instantMs(text: string | undefined, otherwise: number, field: string): number {
  if (text === undefined) return otherwise;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new PlimsollError('invalid_input', `${field}: "${text}" is not a date`, { field });
  return ms;
}

/**
 * Rows as one layer. Rows of one provider, model and period make one entry; a later row for the same bucket wins.
 * @throws PlimsollError `invalid_input` naming the row and field.
 */
export function layerOf(rows: readonly PriceRow[], source: PriceLayer['source']): PriceLayer {
  const layer = emptyLayer(source);
  const entries = new Map<string, ModelPrices>();
  for (const [index, row] of rows.entries()) {
    const field = `prices[${index}]`;
    const perToken = parseDecimal(row.perToken, PRICE_SCALE, `${field}.perToken`);
    if (perToken < 0n) throw new PlimsollError('invalid_input', `${field}.perToken: is negative`, { field });
    const provider = canonicalProvider(row.provider);
    const key = JSON.stringify([provider, row.model, row.validFrom ?? '', row.validTo ?? '']);
    let entry = entries.get(key);
    if (entry === undefined) {
      const fromMs = instantMs(row.validFrom, -Infinity, `${field}.validFrom`);
      const toMs = instantMs(row.validTo, Infinity, `${field}.validTo`);
      entry = { provider, model: row.model, fromMs, toMs, source: 'project', prices: {} };
      entries.set(key, entry);
      const { kind, text } = patternOf(row.model, `${field}.model`);
      addPrices(layer, entry, kind, text);
    }
    const above = row.aboveInputTokens ?? 0;
    const list = entry.prices[row.serviceTier ?? 'standard']?.[row.bucket];
    const same = list?.findIndex((price) => price.above === above) ?? -1;
    if (same >= 0) list?.splice(same, 1);
    setPrice(entry, row.serviceTier ?? 'standard', row.bucket, { above, perToken });
  }
  return layer;
}

/** A book of these rows alone. */
export function bookOf(rows: readonly PriceRow[], version = 'given'): PriceBook {
  return { version, layers: [layerOf(rows, 'override')] };
}

/** The book with a project's own rows before it. */
export function withOverrides(book: PriceBook, rows: readonly PriceRow[]): PriceBook {
  return rows.length === 0 ? book : { version: book.version, layers: [layerOf(rows, 'override'), ...book.layers] };
}

/** Every price of a book as rows, in a stable order; matchers that are no plain name are written as patterns. */
export function listPrices(book: PriceBook): { price: PriceRow; source: string }[] {
  const rows: { price: PriceRow; source: string }[] = [];
  for (const layer of book.layers) {
    for (const { exact, patterns } of layer.providers.values()) {
      for (const [model, entries] of exact) for (const entry of entries) rows.push(...rowsOf(model, entry));
      for (const { kind, text, entry } of patterns) rows.push(...rowsOf(printPattern(kind, text), entry));
    }
  }
  return rows;
}

function printPattern(kind: Pattern['kind'], text: string): string {
  if (kind === 'prefix') return `${text}*`;
  const escaped = kind === 'regex' ? text : text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  return `/${escaped}${kind === 'suffix' ? '$' : ''}/`;
}

function rowsOf(model: string, entry: ModelPrices): { price: PriceRow; source: string }[] {
  const { provider, fromMs, toMs, source } = entry;
  const dates = {
    ...(Number.isFinite(fromMs) ? { validFrom: new Date(fromMs).toISOString() } : {}),
    ...(Number.isFinite(toMs) ? { validTo: new Date(toMs).toISOString() } : {}),
  };
  const rows: { price: PriceRow; source: string }[] = [];
  for (const serviceTier of serviceTiers) {
    for (const [bucket, prices] of Object.entries(entry.prices[serviceTier] ?? {}) as [TokenBucket, UnitPrice[]][]) {
      for (const { above, perToken } of prices) {
        const tier = serviceTier === 'standard' ? {} : { serviceTier };
        const threshold = above === 0 ? {} : { aboveInputTokens: above };
        const price = {
          provider,
          model,
          bucket,
          perToken: printDecimal(perToken, PRICE_SCALE),
          ...tier,
          ...threshold,
          ...dates,
        };
        rows.push({ price, source });
      }
    }
  }
  return rows;
}
