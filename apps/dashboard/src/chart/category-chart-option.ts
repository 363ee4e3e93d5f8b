import { readToken } from '../design/theme.js';
import type { EChartsCoreOption } from './echarts.js';
import { seriesColor } from './time-chart-option.js';
import type { StateColor } from '../design/theme.js';

export interface CategorySeries {
  name: string;
  values: readonly (number | null)[];
  color?: StateColor | number;
}

export interface CategoryChartModel {
  categories: readonly string[];
  series: readonly CategorySeries[];
  scheme: 'light' | 'dark';
  formatValue: (value: number) => string;
}

/** Bars side by side for each category: a distribution before and after. */
export function categoryChartOption(model: CategoryChartModel): EChartsCoreOption {
  const text = readToken('--mantine-color-dimmed');
  const line = readToken('--line');
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 52, right: 12, top: 8, bottom: 28 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: readToken('--surface'),
      borderColor: readToken('--mantine-color-default-border'),
      textStyle: { color: readToken('--mantine-color-text'), fontSize: 12 },
      axisPointer: { type: 'shadow' },
      formatter: (params: unknown) => tooltipElement(model, params),
    },
    xAxis: {
      type: 'category',
      data: model.categories,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: text, fontSize: 11, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitNumber: 3,
      axisLabel: { color: text, fontSize: 11, formatter: (value: number) => model.formatValue(value) },
      splitLine: { lineStyle: { color: line } },
    },
    series: model.series.map((series, index) => ({
      type: 'bar',
      name: series.name,
      data: series.values,
      barMaxWidth: 24,
      barGap: '5%',
      emphasis: { disabled: true },
      itemStyle: { color: seriesColor({ ...series, points: [] }, index, model.scheme) },
    })),
  };
}

function tooltipElement(model: CategoryChartModel, params: unknown): HTMLElement {
  const box = document.createElement('div');
  const rows = (Array.isArray(params) ? params : [params]) as { name: string; value: number; seriesName: string }[];
  const head = document.createElement('div');
  head.textContent = rows[0]?.name ?? '';
  box.append(head);
  for (const row of rows) {
    const line = document.createElement('div');
    line.textContent = `${row.seriesName}  ${model.formatValue(row.value)}`;
    box.append(line);
  }
  return box;
}
