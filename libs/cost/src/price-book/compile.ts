import type { FileEntry, PriceBookFile } from './file.js';
import { readGenaiPrices, type GenaiModel } from './genai-prices.js';
import { jumps, readLitellm, type CatalogueModel } from './litellm.js';

export interface CatalogueTexts {
  litellm: string;
  /** Day of the LiteLLM snapshot: its undated prices stand in the period that contains this day. */
  litellmDate: string;
  genaiPrices: string;
  sources: PriceBookFile['sources'];
  version: string;
  /** The book before this one: a price that moved more than tenfold is held back. */
  previous?: PriceBookFile;
}

type Quarantine = PriceBookFile['quarantined'];

/** One entry per provider and model; entries that disagree need a pick: the provider's own spelling, else none. */
function pickOne(models: readonly CatalogueModel[], quarantined: Quarantine): Map<string, CatalogueModel> {
  const picked = new Map<string, CatalogueModel>();
  const disputed = new Set<string>();
  for (const model of models) {
    const key = JSON.stringify([model.provider, model.model]);
    const other = picked.get(key);
    if (other === undefined || JSON.stringify(other.prices) === JSON.stringify(model.prices))
      picked.set(key, other ?? model);
    else if (model.written === model.provider) picked.set(key, model);
    else if (other.written !== other.provider) disputed.add(key);
  }
  for (const key of disputed) {
    const model = picked.get(key);
    if (model === undefined || model.written === model.provider) continue;
    quarantined.push([model.provider, model.model, 'listed twice with different prices']);
    picked.delete(key);
  }
  return picked;
}

/** The dated history of a model, with the snapshot's fuller prices in the period that contains the snapshot. */
function datedEntries(
  matchers: string[],
  dated: GenaiModel,
  snapshot: CatalogueModel | undefined,
  day: string,
): FileEntry[] {
  return dated.periods.map(({ from, prices }, index) => {
    const to = dated.periods[index + 1]?.from ?? null;
    const current = (from === null || from <= day) && (to === null || day < to);
    return [matchers, from, to, current && snapshot !== undefined ? snapshot.prices : prices];
  });
}

function jumped(entry: FileEntry, previous: readonly FileEntry[]): string | undefined {
  const before = previous.find(([matchers, from]) => matchers[0] === entry[0][0] && from === entry[1]);
  if (before === undefined) return undefined;
  const key = Object.keys(entry[3]).find(
    (name) => before[3][name] !== undefined && jumps(before[3][name], entry[3][name] ?? '0'),
  );
  return key === undefined ? undefined : `${key} moved from ${before[3][key]} to ${entry[3][key]} USD per million`;
}

/**
 * Joins both catalogues: exact names and service tiers from LiteLLM, dated prices and name patterns from genai-prices.
 * Implausible, zero and disputed prices are held back and listed.
 */
export function compilePriceBook(texts: CatalogueTexts): PriceBookFile {
  const { models, quarantined } = readLitellm(texts.litellm);
  const snapshot = pickOne(models, quarantined);
  const refused = new Set(quarantined.map(([provider, model]) => JSON.stringify([provider, model])));
  const providers: Record<string, FileEntry[]> = {};
  const add = (provider: string, entry: FileEntry): void => {
    const fault = jumped(entry, texts.previous?.providers[provider] ?? []);
    if (fault === undefined) (providers[provider] ??= []).push(entry);
    else quarantined.push([provider, entry[0][0]?.slice(1) ?? '', fault]);
  };
  for (const model of readGenaiPrices(texts.genaiPrices)) {
    const rest: string[] = [];
    for (const matcher of model.matchers) {
      const key = JSON.stringify([model.provider, matcher.slice(1)]);
      const known = matcher.startsWith('=') ? snapshot.get(key) : undefined;
      if (matcher.startsWith('=') && refused.has(key)) continue;
      if (known === undefined) rest.push(matcher);
      else if (model.periods.length > 1) {
        snapshot.delete(key);
        for (const entry of datedEntries([matcher], model, known, texts.litellmDate)) add(model.provider, entry);
      }
    }
    if (rest.length === 0) continue;
    for (const entry of datedEntries(rest, model, undefined, texts.litellmDate)) add(model.provider, entry);
    if (model.periods.length > 1) dateExactNames(model, snapshot, texts.litellmDate, add);
  }
  for (const { provider, model, prices } of snapshot.values()) add(provider, [[`=${model}`], null, null, prices]);
  return { version: texts.version, currency: 'USD', sources: texts.sources, quarantined, providers };
}

/** A dated price that is written for a prefix also dates the exact names under that prefix. */
function dateExactNames(
  model: GenaiModel,
  snapshot: Map<string, CatalogueModel>,
  day: string,
  add: (provider: string, entry: FileEntry) => void,
): void {
  const prefixes = model.matchers.filter((matcher) => matcher.startsWith('^')).map((matcher) => matcher.slice(1));
  for (const [key, known] of snapshot) {
    const dated = known.provider === model.provider && prefixes.some((prefix) => known.model.startsWith(prefix));
    if (!dated) continue;
    snapshot.delete(key);
    for (const entry of datedEntries([`=${known.model}`], model, known, day)) add(known.provider, entry);
  }
}
