import { readToken } from '../design/theme.js';
import { formatInstant } from '../time/zone.js';
import type { EChartsCoreOption } from './echarts.js';
import { plot, timeAxis, tooltip, valueAxis } from './plot.js';
import { categoryColor, type ChartSeries, intervalName } from './series.js';

export interface TimeChartModel {
  series: readonly ChartSeries[];
  fromMs: number;
  toMs: number;
  zone: string;
  width: number;
  scheme: 'light' | 'dark';
  yFromZero: boolean;
  yMin?: number | undefined;
  yMax?: number | undefined;
  formatValue: (value: number) => string;
}

export function seriesColor(series: ChartSeries, index: number, scheme: 'light' | 'dark'): string {
  if (typeof series.color === 'string') return readToken(`--state-${series.color}`);
  return categoryColor(series.color ?? index, scheme);
}

interface Mark {
  readonly value: readonly [number, number | null];
  readonly seriesIndex: number;
}

function tooltipLines(model: TimeChartModel, marks: readonly Mark[]): string[] {
  const lines = [formatInstant(marks[0]?.value[0] ?? null, model.zone, Date.now(), true)];
  for (const { seriesIndex, value } of marks) {
    const series = model.series[seriesIndex];
    if (!series || series.faint) continue;
    lines.push(`${series.name}  ${value[1] === null ? '-' : model.formatValue(value[1])}`);
  }
  const edges = marks.flatMap(({ seriesIndex, value }) =>
    model.series[seriesIndex]?.faint && value[1] !== null ? [model.formatValue(value[1])] : [],
  );
  if (edges.length === 2) lines.push(`${intervalName}  ${edges.join(' to ')}`);
  return lines;
}

function seriesOption(series: ChartSeries, index: number, scheme: 'light' | 'dark') {
  const color = seriesColor(series, index, scheme);
  const base = { name: series.name, data: series.points, stack: series.stack, itemStyle: { color }, animation: false };
  if (series.kind === 'bar') {
    return { ...base, type: 'bar', barMaxWidth: 28, barCategoryGap: '12%', emphasis: { disabled: true } };
  }
  const lone = series.points.filter(([, value]) => value !== null).length < 3;
  return {
    ...base,
    type: 'line',
    showSymbol: lone && !series.faint && !series.dashed,
    symbolSize: 5,
    connectNulls: false,
    emphasis: { disabled: true },
    lineStyle: {
      color,
      width: series.faint ? 1 : 1.75,
      type: series.dashed ? 'dashed' : 'solid',
      opacity: series.faint ? 0.75 : 1,
    },
    ...(series.kind === 'area' ? { areaStyle: { color, opacity: series.stack ? 0.75 : 0.18 } } : {}),
  };
}

export function timeChartOption(model: TimeChartModel): EChartsCoreOption {
  return {
    ...plot(),
    tooltip: tooltip<readonly Mark[]>('axis', (marks) => tooltipLines(model, marks)),
    xAxis: timeAxis(model, model.width),
    yAxis: { ...valueAxis(model.formatValue, model.yMax, model.yMin), scale: !model.yFromZero },
    series: model.series.map((series, index) => seriesOption(series, index, model.scheme)),
  };
}
