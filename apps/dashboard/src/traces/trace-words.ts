import type { Span, TraceSummary } from '@plimsoll/contract';
import { noValue, plural } from '../design/format.js';
import type { StateColor } from '../design/theme.js';
import type { PageWords } from '../shell/use-page-search.js';
import { oneWord } from '../shell/use-page-search.js';

/** Words of the address that filter the list; the API knows them by the same names. */
export const filterNames = [
  'feature',
  'customer',
  'model',
  'provider',
  'promptName',
  'promptVersion',
  'team',
  'release',
  'environment',
  'status',
  'user',
  'session',
  'failedScorer',
  'minDurationMs',
  'minCost',
] as const;
export type FilterName = (typeof filterNames)[number];

export const filterWords: Record<FilterName, string> = {
  feature: 'Feature',
  customer: 'Customer',
  model: 'Model',
  provider: 'Provider',
  promptName: 'Prompt',
  promptVersion: 'Prompt version',
  team: 'Team',
  release: 'Release',
  environment: 'Environment',
  status: 'Status',
  user: 'User',
  session: 'Session',
  failedScorer: 'Failed scorer',
  minDurationMs: 'Lasts at least (ms)',
  minCost: 'Costs at least',
};

export function isFilterName(name: string): name is FilterName {
  return (filterNames as readonly string[]).includes(name);
}

export function readFilters(words: PageWords): Partial<Record<FilterName, string>> {
  const filters: Partial<Record<FilterName, string>> = {};
  for (const name of filterNames) {
    const value = oneWord(words, name);
    if (value) filters[name] = value;
  }
  return filters;
}

export const sorts = ['time', 'duration', 'cost', 'tokens'] as const;
export type Sort = (typeof sorts)[number];

export function readSort(words: PageWords): { sort: Sort; order: 'asc' | 'desc' } {
  const sort = sorts.find((name) => name === oneWord(words, 'sort')) ?? 'time';
  return { sort, order: oneWord(words, 'order') === 'asc' ? 'asc' : 'desc' };
}

/** The quality of a trace in a word: how many of its scores pass. */
export function qualityWord(trace: Pick<TraceSummary, 'quality' | 'failedScorers'>): {
  word: string;
  color: StateColor;
} {
  if (trace.quality === null) return { word: 'not scored', color: 'muted' };
  if (trace.failedScorers.length === 0) return { word: 'passes', color: 'ok' };
  return { word: `fails ${trace.failedScorers.join(', ')}`, color: 'failing' };
}

/** Prompt versions of a trace in few words: `v7`, `v7, v8`, `3 versions`; the title names each with its calls. */
export function promptWords(prompts: TraceSummary['prompts']): { word: string; title: string } {
  const versions = prompts.map(({ name, version }) => version ?? name ?? noValue);
  const title = prompts
    .map(({ name, version, spans }) => `${[name, version].filter(Boolean).join(' ')}: ${plural(spans, 'span')}`)
    .join('\n');
  if (versions.length === 0) return { word: noValue, title: '' };
  return { word: versions.length > 2 ? `${versions.length} versions` : versions.join(', '), title };
}

export const kindLetters: Record<Span['kind'], string> = {
  generation: 'LLM',
  embedding: 'embed',
  tool: 'tool',
  agent: 'agent',
  chain: 'chain',
  retriever: 'retrieve',
  reranker: 'rerank',
  guardrail: 'guard',
  evaluator: 'eval',
  event: 'event',
  span: 'span',
};
