import type { QueryParameters } from '../api/client.js';
import { formatDuration, formatPercent } from '../design/format.js';
import { oneWord, type PageWords } from '../shell/use-page-search.js';

export const measures = ['duration', 'quality'] as const;
export type Measure = (typeof measures)[number];

/** What is selected in the heatmap, in the measure's unit; an absent end is open. */
export interface TraceBox {
  fromMs: number;
  toMs: number;
  min: number | null;
  max: number | null;
}

/** The heatmap that the address asks for; none is the histogram. */
export function readMeasure(words: PageWords): Measure | null {
  return measures.find((name) => name === oneWord(words, 'heat')) ?? null;
}

/** `from_to_min_max`, times in epoch milliseconds, an open end as `-`; what cannot be read selects nothing. */
export function readBox(text: string | undefined): TraceBox | null {
  const [, from, to, min, max] = /^(\d{12,14})_(\d{12,14})_([\d.]+|-)_([\d.]+|-)$/.exec(text ?? '') ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) return null;
  const edge = (value: string | undefined): number | null => {
    const number = Number(value);
    return value === undefined || Number.isNaN(number) ? null : number;
  };
  return { fromMs: Number(from), toMs: Number(to), min: edge(min), max: edge(max) };
}

export function writeBox({ fromMs, toMs, min, max }: TraceBox): string {
  return [Math.round(fromMs), Math.round(toMs), min ?? '-', max ?? '-'].join('_');
}

export function boxRange({ fromMs, toMs }: TraceBox): { from: string; to: string } {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** The selection as filters of the list, beside those that are there already: the narrower bound holds. */
export function boxQuery(box: TraceBox, measure: Measure, filters: { minDurationMs?: string } = {}): QueryParameters {
  if (measure === 'quality') return { ...boxRange(box), minQuality: box.min, maxQuality: box.max };
  const least = Math.max(Number(filters.minDurationMs ?? 0) || 0, box.min ?? 0);
  return { ...boxRange(box), minDurationMs: least === 0 ? null : least, maxDurationMs: box.max };
}

export const formatMeasure: Record<Measure, (value: number) => string> = {
  // Edges are round numbers: 1.5 s and not 1.50 s.
  duration: (ms) => (ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${ms / 1000} s` : formatDuration(ms)),
  quality: (value) => formatPercent(value),
};

/** `2 s to 5 s`, `from 70 %`, `below 500 ms`. */
export function boxWords({ min, max }: TraceBox, measure: Measure): string {
  const format = formatMeasure[measure];
  if (min !== null && max !== null) return `${format(min)} to ${format(max)}`;
  if (min !== null) return `${format(min)} or more`;
  return max === null ? 'any' : `below ${format(max)}`;
}
