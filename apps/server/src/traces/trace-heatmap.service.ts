import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type {
  TraceComparison,
  TraceComparisonQuery,
  TraceHeatmap,
  TraceHeatmapQuery,
  TraceQuery,
} from '@plimsoll/contract';
import { traceCondition } from './trace-condition.queries.js';
import { differences, type DifferenceRow, heatmapCells } from './trace-heatmap.queries.js';
import { barSeconds, rangeOf } from './trace-range.js';

const columns = 72;
/** Round numbers, six a decade, from a millisecond to the better part of a day. */
const durationEdges = [
  0,
  ...[1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000].flatMap((decade) =>
    [1, 1.5, 2, 3, 5, 7].map((step) => step * decade),
  ),
];
const qualityEdges = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const valuesEach = 8;

/** Traces by time and value, and what is special about some of them. */
@Injectable()
export class TraceHeatmapService {
  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  async heatmap(project: string, query: TraceHeatmapQuery): Promise<TraceHeatmap> {
    const { from, to } = rangeOf(query);
    const { measure } = query;
    const seconds = barSeconds(from, to, columns);
    const edges = measure === 'duration' ? durationEdges : qualityEdges;
    const rows = await heatmapCells(this.clickhouse, traceCondition(project, query, from, to), measure, edges, seconds);
    const measured = rows.filter(({ edge }) => edge !== null);
    const indices = measured.map(({ edge }) => edges.indexOf(edge ?? 0));
    // Durations are spread over decades of which most are empty; shares always show their whole scale.
    const first = measure === 'duration' && indices.length > 0 ? Math.min(...indices) : 0;
    const last = measure === 'duration' && indices.length > 0 ? Math.max(...indices) : edges.length - 1;
    return {
      measure,
      from: from.toISOString(),
      to: to.toISOString(),
      bucketSeconds: seconds,
      // One more edge than bands are seen, so that the highest of them has an end.
      bands: edges.slice(first, last + 2),
      cells: measured.map(({ t, count, errors }, index) => ({
        t: new Date(t * 1000).toISOString(),
        band: (indices[index] ?? 0) - first,
        count,
        errors,
      })),
      unmeasured: rows.filter(({ edge }) => edge === null).reduce((sum, { count }) => sum + count, 0),
    };
  }

  async comparison(project: string, query: TraceComparisonQuery): Promise<TraceComparison> {
    const { from, to } = rangeOf(query);
    const all = traceCondition(project, query, from, to);
    const box = boxOf(query);
    const selection = traceCondition(project, box.query, laterOf(box.from, from), earlierOf(box.to, to));
    const rows = await differences(this.clickhouse, all, selection);
    const whole = rows.find(({ dimension }) => dimension === '');
    const [selected, rest] = [whole?.selected ?? 0, whole?.rest ?? 0];
    const dimensions = [...new Set(rows.map(({ dimension }) => dimension))].filter((dimension) => dimension !== '');
    const share = (count: number, total: number): number => (total === 0 ? 0 : count / total);
    const difference = (row: DifferenceRow): number => Math.abs(share(row.selected, selected) - share(row.rest, rest));
    const attributes = dimensions.map((dimension) => {
      const values = rows
        .filter((row) => row.dimension === dimension)
        .toSorted((a, b) => difference(b) - difference(a) || b.selected - a.selected || (a.value < b.value ? -1 : 1));
      return {
        dimension,
        difference: values[0] === undefined ? 0 : difference(values[0]),
        values: values
          .slice(0, valuesEach)
          .map((row) => ({ value: row.value, selected: row.selected, rest: row.rest })),
      };
    });
    return { selected, rest, attributes: attributes.toSorted((a, b) => b.difference - a.difference) };
  }
}

/** The search narrowed to the selection: what both bound holds for both. */
function boxOf(query: TraceComparisonQuery): { query: TraceQuery; from: Date; to: Date } {
  const { boxMin, boxMax, measure, minDurationMs, maxDurationMs, minQuality, maxQuality } = query;
  const bounds =
    measure === 'duration'
      ? { minDurationMs: higher(minDurationMs, boxMin), maxDurationMs: lower(maxDurationMs, boxMax) }
      : { minQuality: higher(minQuality, boxMin), maxQuality: lower(maxQuality, boxMax) };
  return { query: { ...query, ...bounds }, from: new Date(query.boxFrom), to: new Date(query.boxTo) };
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

const laterOf = (a: Date, b: Date): Date => (a > b ? a : b);
const earlierOf = (a: Date, b: Date): Date => (a < b ? a : b);
