import type { Incident, TimelineEntry } from '@plimsoll/contract';
import { formatDuration } from '../design/format.js';

const minuteMs = 60_000;

/** Counts that an entry of the timeline froze, and the calls behind them. */
export interface EntryCounts {
  /** `in 1 h`, `10 min after`. */
  readonly words: string;
  readonly bad: number;
  readonly n: number;
  readonly range: { readonly fromMs: number; readonly toMs: number };
}

/**
 * Of an alert those of its two windows, of a measured effect those before and after it; none of money, which is no calls,
 * and of another incident's entries, whose calls are on its own page.
 */
export function countsOfEntry(incident: Pick<Incident, 'kind' | 'timeline'>, entry: TimelineEntry): EntryCounts[] {
  if (incident.kind === 'cost') return [];
  const { snapshot } = entry;
  if (entry.kind === 'effect') return effectCounts(incident, entry);
  if (typeof snapshot['tier'] === 'string' && snapshot['tier'].startsWith('INC-')) return [];
  const toMs = Date.parse(entry.at) + minuteMs;
  return (['Long', 'Short'] as const).flatMap((window): EntryCounts[] => {
    const n = numberOf(snapshot[`eligible${window}`]);
    const bad = numberOf(snapshot[`bad${window}`]);
    const seconds = numberOf(snapshot[window === 'Long' ? 'longSeconds' : 'shortSeconds']);
    if (n === null || bad === null || seconds === null || seconds <= 0 || n <= 0) return [];
    const range = { fromMs: toMs - seconds * 1000, toMs };
    return [{ words: `in ${formatDuration(seconds * 1000)}`, n, bad, range }];
  });
}

function effectCounts({ timeline }: Pick<Incident, 'timeline'>, { snapshot }: TimelineEntry): EntryCounts[] {
  const mitigation = timeline.find(({ seq }) => seq === snapshot['mitigation']);
  const minutes = numberOf(snapshot['minutes']);
  if (mitigation === undefined || minutes === null) return [];
  const atMs = Date.parse(mitigation.at);
  const length = formatDuration(minutes * minuteMs);
  return (['before', 'after'] as const).flatMap((side): EntryCounts[] => {
    const counts = snapshot[side];
    if (typeof counts !== 'object' || counts === null || !('n' in counts) || !('bad' in counts)) return [];
    const [n, bad] = [numberOf(counts.n), numberOf(counts.bad)];
    if (n === null || bad === null) return [];
    const before = side === 'before';
    const range = before
      ? { fromMs: atMs - minutes * minuteMs, toMs: atMs }
      : { fromMs: atMs, toMs: atMs + minutes * minuteMs };
    return [{ words: `${length} ${side}`, n, bad, range }];
  });
}

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
