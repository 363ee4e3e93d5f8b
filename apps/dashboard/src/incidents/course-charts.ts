import type { IncidentCourse } from '@plimsoll/contract';
import { type ChartSeries, intervalSeries } from '../chart/series.js';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatLatency,
  formatMoney,
  formatPercent,
} from '../design/format.js';

/** One chart of the stack. */
export interface CourseChart {
  /** What it shows, with its unit. */
  readonly label: string;
  readonly series: readonly ChartSeries[];
  readonly formatValue: (value: number) => string;
  readonly yMax?: number;
}

interface Timed {
  readonly t: string;
}

/** A value at every step of the range: a step without any is a gap, not a line across it. */
function everyStep<P extends Timed>(
  { from, to, stepSeconds }: Pick<IncidentCourse, 'from' | 'to' | 'stepSeconds'>,
  points: readonly P[],
  pick: (point: P) => number | null,
  absent: number | null = null,
): (readonly [number, number | null])[] {
  const stepMs = stepSeconds * 1000;
  const known = new Map(points.map((point) => [Math.floor(Date.parse(point.t) / stepMs), pick(point)]));
  const [first, last] = [Math.floor(Date.parse(from) / stepMs), Math.ceil(Date.parse(to) / stepMs) - 1];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const step = first + index;
    return [step * stepMs, known.has(step) ? (known.get(step) ?? null) : absent] as const;
  });
}

/** The charts that there is something for: quality, errors, latency, cost, volume, GPUs. */
export function courseCharts(course: IncidentCourse): CourseChart[] {
  const { calls, quality, gpus, currency, stepSeconds } = course;
  const ofCalls = (pick: (step: IncidentCourse['calls'][number]) => number | null, absent: number | null = null) =>
    everyStep(course, calls, pick, absent);
  const charts: CourseChart[] = [];
  if (quality.length > 0)
    charts.push({
      label: 'Quality, share of the scored calls',
      series: quality.flatMap((line, index) => qualitySeries(course, line, index)),
      formatValue: formatPercent,
      yMax: 1,
    });
  if (calls.length > 0) {
    charts.push({
      label: 'Errors, share of the calls',
      series: [{ name: 'Errors, share of calls', points: ofCalls(({ errorRatio }) => errorRatio), color: 0 }],
      formatValue: formatPercent,
    });
    charts.push({
      label: 'Latency of the calls, median and 95th percentile',
      series: [
        { name: 'Latency, p95', points: ofCalls(({ p95Ms }) => p95Ms), color: 0 },
        { name: 'Latency, p50', points: ofCalls(({ p50Ms }) => p50Ms), color: 3 },
      ],
      formatValue: formatLatency,
    });
  }
  if (calls.some(({ cost }) => cost !== null))
    charts.push({
      label: `Cost a call in ${currency}`,
      series: [
        {
          name: `Cost a call, ${currency}`,
          points: ofCalls(({ cost, priced }) => (cost === null || priced === 0 ? null : Number(cost) / priced)),
          color: 0,
        },
      ],
      formatValue: (value) => formatMoney(String(value), currency),
    });
  if (calls.length > 0) {
    // No bars: they would widen the time axis by half of one, and the marks would no longer stand one above the other.
    const every = formatDuration(stepSeconds * 1000);
    // A step that the range cuts has fewer calls for that alone.
    const [fromMs, toMs] = [Date.parse(course.from), Date.parse(course.to)];
    const volume = ofCalls((step) => step.calls, 0).map(
      ([at, value]) => [at, at < fromMs || at + stepSeconds * 1000 > toMs ? null : value] as const,
    );
    charts.push({
      label: `Calls in each ${every}`,
      series: [{ name: `Volume, calls in ${every}`, points: volume, kind: 'area', color: 0 }],
      formatValue: formatCompact,
    });
  }
  if (gpus.length > 0)
    charts.push({
      label: 'GPUs: how busy they were, and how full the KV cache of their pools',
      series: gpus.map(({ name, reading, points }, index) => ({
        name: reading === 'busy' ? `${name} busy` : `${name}, KV cache`,
        points: everyStep(course, points, ({ value }) => value),
        color: index,
        dashed: reading === 'kv',
      })),
      formatValue: formatPercent,
      yMax: 1,
    });
  return charts;
}

function qualitySeries(course: IncidentCourse, line: IncidentCourse['quality'][number], index: number): ChartSeries[] {
  const { scorer, measure, points } = line;
  const color = index === 0 ? 0 : index + 2;
  const scored = formatCount(points.reduce((sum, { n }) => sum + n, 0));
  const name = `Quality, ${scorer}: ${measure === 'mean' ? `mean of ${scored} scores` : `share of ${scored} scored that pass`}`;
  const main: ChartSeries = { name, points: everyStep(course, points, ({ value }) => value), color };
  if (index > 0) return [main];
  const edge = (side: 'low' | 'high') => everyStep(course, points, (point) => point[side]);
  return [main, ...intervalSeries(edge('low'), edge('high'), color)];
}
