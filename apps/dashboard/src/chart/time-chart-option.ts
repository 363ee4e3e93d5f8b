import { readToken } from '../design/theme.js';
import { formatInstant } from '../time/zone.js';
import type { EChartsCoreOption } from './echarts.js';
import { plotBottom, plotLeft, plotRight, plotTop } from './plot.js';
import { categoryColor, type ChartSeries } from './series.js';
import { tickLabel, timeTicks } from './ticks.js';

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

function tooltipElement(model: TimeChartModel, params: unknown): HTMLElement {
  const box = document.createElement('div');
  const rows = (Array.isArray(params) ? params : [params]) as {
    value: [number, number | null];
    seriesIndex: number;
  }[];
  const head = document.createElement('div');
  head.textContent = formatInstant(rows[0]?.value[0] ?? null, model.zone, Date.now(), true);
  head.className = 'muted';
  box.append(head);
  for (const row of rows) {
    const series = model.series[row.seriesIndex];
    if (!series || series.faint) continue;
    const line = document.createElement('div');
    const value = row.value[1];
    line.textContent = `${series.name}  ${value === null ? '-' : model.formatValue(value)}`;
    box.append(line);
  }
  return box;
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

/** The whole option is written each time: a spread per scheme loses nested axis colours. */
export function timeChartOption(model: TimeChartModel): EChartsCoreOption {
  const ticks = timeTicks(model.fromMs, model.toMs, model.zone, Math.max(2, Math.floor(model.width / 90)));
  const text = readToken('--mantine-color-dimmed');
  const line = readToken('--line');
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: 'inherit' },
    // Without outer bounds the plot stays where the annotation lane expects it, however long a label is.
    grid: { left: plotLeft, right: plotRight, top: plotTop, bottom: plotBottom, outerBoundsMode: 'none' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: readToken('--surface'),
      borderColor: readToken('--mantine-color-default-border'),
      textStyle: { color: readToken('--mantine-color-text'), fontSize: 12 },
      axisPointer: { type: 'line', lineStyle: { color: text } },
      formatter: (params: unknown) => tooltipElement(model, params),
    },
    xAxis: {
      type: 'time',
      min: model.fromMs,
      max: model.toMs,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: true, lineStyle: { color: line }, customValues: ticks.values },
      splitLine: { show: false },
      axisLabel: {
        color: text,
        fontSize: 11,
        hideOverlap: true,
        customValues: ticks.values,
        formatter: (value: number) => tickLabel(value, model.zone, ticks.stepMs),
      },
      axisPointer: { label: { show: false } },
    },
    yAxis: {
      type: 'value',
      scale: !model.yFromZero,
      min: model.yMin,
      max: model.yMax,
      splitNumber: 3,
      // Shares up to 100 %: even steps, so that the top label does not run into the one below.
      ...(model.yMax === 1 && model.yMin === undefined ? { interval: 0.25 } : {}),
      axisLabel: { color: text, fontSize: 11, formatter: (value: number) => model.formatValue(value) },
      splitLine: { lineStyle: { color: line } },
    },
    series: model.series.map((series, index) => seriesOption(series, index, model.scheme)),
  };
}
