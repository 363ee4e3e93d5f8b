import { readToken } from '../design/theme.js';
import { tickLabel, timeTicks, trimZeros } from './ticks.js';

/** Space beside the plot, in pixels: half of a label below its right end too. The annotation lane and the canvas agree on it. */
export const plotLeft = 60;
export const plotRight = 20;
export const plotTop = 8;
export const plotBottom = 24;

interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
}

const textColor = () => readToken('--mantine-color-dimmed');
const lineColor = () => readToken('--line');
const labels = () => ({ color: textColor(), fontSize: 11 });

/** Every option is written whole each time: a spread per scheme loses nested axis colours. */
export function plot() {
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: 'inherit' },
    // Without outer bounds the plot stays where the annotation lane expects it, however long a label is.
    grid: { left: plotLeft, right: plotRight, top: plotTop, bottom: plotBottom, outerBoundsMode: 'none' },
  };
}

/** A box of text lines beside the pointer; what it says comes from `lines`, as text and never as markup. */
export function tooltip<P>(trigger: 'axis' | 'item', lines: (params: P) => readonly string[]) {
  return {
    trigger,
    confine: true,
    transitionDuration: 0,
    backgroundColor: readToken('--surface'),
    borderColor: readToken('--mantine-color-default-border'),
    textStyle: { color: readToken('--mantine-color-text'), fontSize: 12 },
    axisPointer: { type: 'line', lineStyle: { color: textColor() } },
    formatter: (params: P) => {
      const box = document.createElement('div');
      for (const line of lines(params)) {
        const element = document.createElement('div');
        element.textContent = line;
        box.append(element);
      }
      return box;
    },
  };
}

/** Round times of the zone's clock, some 90 pixels apart. */
export function timeAxis({ fromMs, toMs, zone }: TimeSpan, width: number) {
  const ticks = timeTicks(fromMs, toMs, zone, Math.max(2, Math.floor(width / 90)));
  return {
    type: 'time',
    min: fromMs,
    max: toMs,
    axisLine: { lineStyle: { color: lineColor() } },
    axisTick: { show: true, lineStyle: { color: lineColor() }, customValues: ticks.values },
    splitLine: { show: false },
    axisLabel: {
      ...labels(),
      hideOverlap: true,
      customValues: ticks.values,
      formatter: (value: number) => tickLabel(value, zone, ticks.stepMs),
    },
    axisPointer: { label: { show: false } },
  };
}

export function categoryAxis(categories: readonly string[]) {
  return {
    type: 'category',
    data: categories,
    axisLine: { lineStyle: { color: lineColor() } },
    axisTick: { show: false },
    axisLabel: { ...labels(), hideOverlap: true },
  };
}

/** What is shown of shares ends at 100 %, in even steps, so that the top label does not run into the one below. */
export function valueAxis(formatValue: (value: number) => string, max?: number, min?: number) {
  return {
    type: 'value',
    min,
    max,
    splitNumber: 3,
    ...(max === 1 && (min === undefined || min === 0) ? { interval: 0.25 } : {}),
    axisLabel: { ...labels(), formatter: (value: number) => trimZeros(formatValue(value)) },
    splitLine: { lineStyle: { color: lineColor() } },
  };
}

/** Bands between edges: labels and ticks stand at the edges. */
export function edgeAxis(count: number, edges: readonly number[], textOf: (index: number) => string) {
  return {
    type: 'value',
    min: 0,
    max: count,
    axisLabel: { ...labels(), customValues: edges, formatter: textOf },
    axisTick: { customValues: edges },
    splitLine: { show: false },
  };
}
