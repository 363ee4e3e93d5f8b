import type { StateColor } from '../design/theme.js';
import type { EChartsCoreOption } from './echarts.js';
import { categoryAxis, plot, tooltip, valueAxis } from './plot.js';
import { seriesColor } from './time-chart-option.js';

export interface CategorySeries {
  name: string;
  values: readonly (number | null)[];
  color?: StateColor | number;
}

export interface CategoryChartModel {
  categories: readonly string[];
  series: readonly CategorySeries[];
  scheme: 'light' | 'dark';
  max?: number | undefined;
  formatValue: (value: number) => string;
}

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly seriesName: string;
}

/** Bars side by side for each category: a distribution before and after. */
export function categoryChartOption(model: CategoryChartModel): EChartsCoreOption {
  return {
    ...plot(),
    tooltip: {
      ...tooltip<readonly Bar[]>('axis', (bars) => [
        bars[0]?.name ?? '',
        ...bars.map(({ seriesName, value }) => `${seriesName}  ${model.formatValue(value)}`),
      ]),
      axisPointer: { type: 'shadow' },
    },
    xAxis: categoryAxis(model.categories),
    yAxis: valueAxis(model.formatValue, model.max, 0),
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
