import type { StateColor } from '../design/theme.js';

export interface ChartSeries {
  name: string;
  /** Time in ms and value; null is a gap and drawn as one. */
  points: readonly (readonly [number, number | null])[];
  kind?: 'line' | 'bar' | 'area';
  /** A state or data token, or an index into the categorical scale. */
  color?: StateColor | number;
  dashed?: boolean;
  stack?: string;
  /** Thin and faint: an edge of an interval. */
  faint?: boolean;
}

export const intervalName = '95 % interval';

/** The edges of an interval of 95 %; the legend names both once. */
export function intervalSeries(
  low: ChartSeries['points'],
  high: ChartSeries['points'],
  color: NonNullable<ChartSeries['color']>,
): ChartSeries[] {
  const edge = (side: string, points: ChartSeries['points']): ChartSeries => ({
    name: `${intervalName}, ${side}`,
    points,
    color,
    dashed: true,
    faint: true,
  });
  return [edge('low', low), edge('high', high)];
}

/** What a legend names: every line, and the interval once. */
export function legendSeries(series: readonly ChartSeries[]): ChartSeries[] {
  const edge = series.find(({ faint }) => faint);
  const lines = series.filter(({ faint }) => !faint);
  return edge === undefined ? lines : [...lines, { ...edge, name: intervalName }];
}

export interface ChartAnnotation {
  id: string;
  atMs: number;
  label: string;
  kind: 'change' | 'incident' | 'event';
  href?: string;
}

/** Tints of one hue and its neighbours: categories must not look like states (red, amber and teal are those). */
const categorical = {
  dark: ['#74c0fc', '#4263eb', '#a5d8ff', '#9775fa', '#3bc9db', '#8793a3', '#5c7cfa', '#d0bfff'],
  light: ['#1864ab', '#748ffc', '#4dabf7', '#7048e8', '#1098ad', '#66717d', '#364fc7', '#9775fa'],
} as const;

export function categoryColor(index: number, scheme: 'light' | 'dark'): string {
  const scale = categorical[scheme];
  return scale[index % scale.length] as string;
}
