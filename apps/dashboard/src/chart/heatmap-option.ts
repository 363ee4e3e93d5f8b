import { readToken } from '../design/theme.js';
import { formatInstant } from '../time/zone.js';
import type { EChartsCoreOption } from './echarts.js';
import { edgeAxis, plot, plotBottom, plotTop, timeAxis, tooltip } from './plot.js';

export interface HeatCell {
  readonly startMs: number;
  readonly band: number;
  readonly count: number;
  /** What else the tooltip says of it. */
  readonly note: string;
}

export interface HeatmapModel {
  readonly cells: readonly HeatCell[];
  readonly bucketMs: number;
  /** Lower edges; a band ends where the next begins. */
  readonly bands: readonly number[];
  /** How many bands are drawn: one less than there are edges where the last edge only ends a band. */
  readonly bandCount: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
  readonly scheme: 'light' | 'dark';
  readonly formatEdge: (value: number) => string;
  readonly unit: string;
}

/** The part of a drawing that this file uses of what ECharts gives a custom series. */
interface DrawingApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

export function bandText(model: Pick<HeatmapModel, 'bands' | 'formatEdge'>, band: number): string {
  const [low, high] = [model.bands[band] ?? 0, model.bands[band + 1]];
  return high === undefined
    ? `${model.formatEdge(low)} or more`
    : `${model.formatEdge(low)} to ${model.formatEdge(high)}`;
}

/** Counts spread over decades, so does the strength of the one colour; the faintest cell is still seen. */
function strength(count: number, most: number): number {
  return most <= 1 ? 1 : 0.22 + 0.78 * (Math.log(count) / Math.log(most));
}

/** Traces by time and value: one colour, stronger where there are more. */
export function heatmapOption(model: HeatmapModel, width: number, height: number): EChartsCoreOption {
  const color = readToken('--state-data');
  const most = Math.max(1, ...model.cells.map(({ count }) => count));
  const plotHeight = height - plotTop - plotBottom;
  const every = Math.max(1, Math.ceil((model.bandCount * 16) / plotHeight));
  const edges = Array.from({ length: model.bandCount + 1 }, (_, index) => index).filter((index) => index % every === 0);
  return {
    ...plot(),
    tooltip: tooltip<{ dataIndex: number }>('item', ({ dataIndex }) => tooltipLines(model, model.cells[dataIndex])),
    xAxis: timeAxis(model, width),
    yAxis: edgeAxis(model.bandCount, edges, (index) => edgeText(model, index)),
    series: [
      {
        type: 'custom',
        animation: false,
        data: model.cells.map(({ startMs, band, count }) => [startMs, band, count]),
        encode: { x: 0, y: 1 },
        renderItem: (_: unknown, api: DrawingApi) => {
          const start = Math.max(api.value(0), model.fromMs);
          const end = Math.min(api.value(0) + model.bucketMs, model.toMs);
          const [left, bottom] = api.coord([start, api.value(1)]);
          const [right, top] = api.coord([end, api.value(1) + 1]);
          return {
            type: 'rect',
            shape: { x: left, y: top, width: Math.max(1, right - left - 1), height: Math.max(1, bottom - top - 1) },
            style: { fill: color, opacity: strength(api.value(2), most) },
          };
        },
      },
    ],
  };
}

/** Above the last edge there is none: the band is open. */
function edgeText(model: HeatmapModel, index: number): string {
  const edge = model.bands[index];
  return edge === undefined ? '' : model.formatEdge(edge);
}

function tooltipLines(model: HeatmapModel, cell: HeatCell | undefined): string[] {
  if (!cell) return [];
  return [
    formatInstant(cell.startMs, model.zone, Date.now(), true),
    bandText(model, cell.band),
    `${cell.count} ${model.unit}${cell.note}`,
  ];
}
